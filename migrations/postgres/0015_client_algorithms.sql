-- Access tokens are signed with ES256 unless a client says otherwise. Until now they were signed like its ID tokens:
-- clients that exist keep what they have, in so many words.
update client
set metadata = jsonb_set(metadata, '{access_token_signed_response_alg}', metadata -> 'id_token_signed_response_alg')
where metadata ->> 'access_token_signed_response_alg' is null
    and metadata ->> 'id_token_signed_response_alg' <> 'ES256';
