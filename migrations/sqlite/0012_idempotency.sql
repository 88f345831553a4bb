-- Requests that may be sent again under the same key: what each of them asked, and what it was answered.

create table repeatable (
    -- Of the caller and the key, under a key of the house.
    id blob primary key,
    request_hash blob not null,
    begun_at integer not null,
    -- Absent while the request is being worked on. Locked by the key that the caller holds.
    answer blob,
    expires_at integer not null
) strict;
create index repeatable_by_expiry on repeatable (expires_at);
