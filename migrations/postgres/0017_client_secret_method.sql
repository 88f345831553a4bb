-- A client with a secret could send it in the header or in the form until now, whichever it was registered for, so it
-- keeps both ways; from here on the registered method is enforced.
update client set metadata = jsonb_set(metadata, '{token_endpoint_auth_method}', '"client_secret"') where metadata ->> 'token_endpoint_auth_method' = 'client_secret_basic';
