-- What may be used once: ids of client assertions and of other tokens of clients. Only their hashes are kept.

create table single_use (
    id blob primary key,
    -- Who may use it again; absent if nobody may.
    owner blob,
    expires_at integer not null
) strict;
create index single_use_by_expiry on single_use (expires_at);
