-- CIBA requests. The `auth_req_id` is stored as a hash.
create table ciba_request (
    -- Also the id of the grant that is made from it, which is what makes it single-use.
    id blob primary key,
    auth_req_id_hash blob not null unique,
    client_id text not null,
    -- The person who is asked; null if nobody is.
    user_id blob references users (id) on delete cascade,
    scope text not null,
    targets text not null,
    acr_values text not null,
    binding_message text,
    source text not null,
    created_at integer not null,
    expires_at integer not null,
    poll_interval integer not null,
    polled_at integer,
    -- `allowed`, `denied` or `reported`; with `allowed` the columns below say how the person had authenticated.
    answer text,
    answered_at integer,
    session_id blob,
    auth_time integer,
    acr text,
    amr text,
    -- What the client is called with, sealed; null if it is not called, or no more.
    ping blob,
    -- When the next call is due; null until the person has answered.
    ping_at integer,
    ping_tries integer not null
) strict;
create index ciba_request_by_user on ciba_request (user_id);
create index ciba_request_by_expiry on ciba_request (expires_at);
create index ciba_request_by_ping on ciba_request (ping_at);
