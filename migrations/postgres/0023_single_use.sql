-- What may be used once: ids of client assertions and of other tokens of clients. Only their hashes are kept.

create table single_use (
    id bytea primary key,
    -- Who may use it again; absent if nobody may.
    owner bytea,
    expires_at bigint not null
);
create index single_use_by_expiry on single_use (expires_at);
