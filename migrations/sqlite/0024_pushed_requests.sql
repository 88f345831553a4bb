-- Authorization requests that clients pushed (RFC 9126). They live for a minute and a half.

create table pushed_request (
    -- The hash of the request_uri.
    id blob primary key,
    client_id text not null,
    -- The parameters, sealed and locked by the request_uri: the database alone does not show them.
    content blob not null,
    expires_at integer not null
) strict;
create index pushed_request_by_expiry on pushed_request (expires_at);
