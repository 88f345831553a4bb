-- A person's own account: the browsers they have been seen in, and what clients were given of them.

-- A browser is known by the hash of its mark, a long-lived cookie of its own.
create table known_browser (
    user_id uuid not null references users (id) on delete cascade,
    mark_hash bytea not null,
    first_seen_at bigint not null,
    last_seen_at bigint not null,
    primary key (user_id, mark_hash)
);
create index known_browser_by_use on known_browser (last_seen_at);

-- What a client was really given of a user: one row a pair, touched once an hour at most.
create table access (
    user_id uuid not null references users (id) on delete cascade,
    client_id text not null references client (id) on delete cascade,
    claims jsonb not null,
    first_used_at bigint not null,
    last_used_at bigint not null,
    primary key (user_id, client_id)
);
create index access_by_client on access (client_id);

-- The names of users who are gone: never given to another.
create table tombstone (
    sub text primary key,
    deleted_at bigint not null
);
