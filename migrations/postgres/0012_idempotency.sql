-- Requests that may be sent again under the same key: what each of them asked, and what it was answered.

create table repeatable (
    -- Of the caller and the key, under a key of the house.
    id bytea primary key,
    request_hash bytea not null,
    begun_at bigint not null,
    -- Absent while the request is being worked on. Locked by the key that the caller holds.
    answer bytea,
    expires_at bigint not null
);
create index repeatable_by_expiry on repeatable (expires_at);
