-- A person's own account: the browsers they have been seen in.

-- A browser is known by the hash of its mark, a long-lived cookie of its own.
create table known_browser (
    user_id uuid not null references users (id) on delete cascade,
    mark_hash bytea not null,
    first_seen_at bigint not null,
    last_seen_at bigint not null,
    primary key (user_id, mark_hash)
);
create index known_browser_by_use on known_browser (last_seen_at);
