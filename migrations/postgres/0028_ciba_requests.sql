-- CIBA requests. The `auth_req_id` is stored as a hash.
create table ciba_request (
    -- Also the id of the grant that is made from it, which is what makes it single-use.
    id uuid primary key,
    auth_req_id_hash bytea not null unique,
    client_id text not null,
    -- The person who is asked; null if nobody is.
    user_id uuid references users (id) on delete cascade,
    scope text not null,
    targets jsonb not null,
    acr_values jsonb not null,
    binding_message text,
    source text not null,
    created_at bigint not null,
    expires_at bigint not null,
    poll_interval bigint not null,
    polled_at bigint,
    -- `allowed`, `denied` or `reported`; with `allowed` the columns below say how the person had authenticated.
    answer text,
    answered_at bigint,
    session_id uuid,
    auth_time bigint,
    acr text,
    amr jsonb,
    -- What the client is called with, sealed; null if it is not called, or no more.
    ping bytea,
    -- When the next call is due; null until the person has answered.
    ping_at bigint,
    ping_tries bigint not null
);
create index ciba_request_by_user on ciba_request (user_id);
create index ciba_request_by_expiry on ciba_request (expires_at);
create index ciba_request_by_ping on ciba_request (ping_at);
