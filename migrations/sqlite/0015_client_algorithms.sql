-- Access tokens are signed with ES256 unless a client says otherwise. Until now they were signed like its ID tokens:
-- clients that exist keep what they have, in so many words.
update client
set metadata = json_set(metadata, '$.access_token_signed_response_alg', json_extract(metadata, '$.id_token_signed_response_alg'))
where json_extract(metadata, '$.access_token_signed_response_alg') is null
    and json_extract(metadata, '$.id_token_signed_response_alg') <> 'ES256';
