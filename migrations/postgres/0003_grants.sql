-- Grants and their refresh families. A refresh token is never stored: the row keeps the one generation that is live.
-- No index covers a column that a rotation changes, so that a rotation touches the row alone.

create table grants (
    id uuid primary key,
    client_id text not null,
    user_id uuid not null references users (id) on delete cascade,
    session_id uuid not null references session (id) on delete cascade,
    scope text not null,
    claims jsonb not null,
    auth_time bigint not null,
    acr text not null,
    amr jsonb not null,
    created_at bigint not null,
    generation bigint,
    rotated_at bigint,
    idle_expires_at bigint,
    expires_at bigint,
    revoked_at bigint,
    revoke_reason text
);
create index grants_by_session on grants (session_id);
create index grants_by_user on grants (user_id, client_id);

-- Single access tokens that were revoked before their time (RFC 7009).
create table revoked_token (
    jti text primary key,
    expires_at bigint not null
);
create index revoked_token_by_expiry on revoked_token (expires_at);
