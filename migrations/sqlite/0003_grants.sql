-- Grants and their refresh families. A refresh token is never stored: the row keeps the one generation that is live.
-- No index covers a column that a rotation changes, so that a rotation touches the row alone.

create table grants (
    id blob primary key,
    client_id text not null,
    user_id blob not null references users (id) on delete cascade,
    session_id blob not null references session (id) on delete cascade,
    scope text not null,
    claims text not null,
    auth_time integer not null,
    acr text not null,
    amr text not null,
    created_at integer not null,
    generation integer,
    rotated_at integer,
    idle_expires_at integer,
    expires_at integer,
    revoked_at integer,
    revoke_reason text
) strict;
create index grants_by_session on grants (session_id);
create index grants_by_user on grants (user_id, client_id);

-- Single access tokens that were revoked before their time (RFC 7009).
create table revoked_token (
    jti text primary key,
    expires_at integer not null
) strict;
create index revoked_token_by_expiry on revoked_token (expires_at);
