-- Requests of devices (RFC 8628). The device code and the code that people type are stored as hashes.
create table device_code (
    -- Also the id of the grant that is made from it, which is what makes it single-use.
    id uuid primary key,
    code_hash bytea not null unique,
    user_code_mac bytea not null unique,
    client_id text not null,
    scope text not null,
    code_challenge text,
    user_agent text,
    source text not null,
    created_at bigint not null,
    expires_at bigint not null,
    poll_interval bigint not null,
    polled_at bigint,
    -- `allowed` or `denied`; with `allowed` the columns below say by whom, and how they had authenticated.
    answer text,
    user_id uuid references users (id) on delete cascade,
    session_id uuid,
    auth_time bigint,
    acr text,
    amr jsonb
);
create index device_code_by_user on device_code (user_id);
create index device_code_by_expiry on device_code (expires_at);
