-- A person's own account: the browsers they have been seen in.

-- A browser is known by the hash of its mark, a long-lived cookie of its own.
create table known_browser (
    user_id blob not null references users (id) on delete cascade,
    mark_hash blob not null,
    first_seen_at integer not null,
    last_seen_at integer not null,
    primary key (user_id, mark_hash)
) strict;
create index known_browser_by_use on known_browser (last_seen_at);
