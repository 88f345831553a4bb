-- The house itself: its keys, its log, its letters, its counters, and who does which chore.

create table signing_key (
    kid text primary key,
    alg text not null check (alg in ('RS256', 'ES256', 'PS256')),
    created_at integer not null,
    active_at integer,
    retired_at integer,
    expires_at integer,
    public_jwk text not null,
    sealed_private blob not null
) strict;

-- Append-only: one row a fact, written in the transaction that made it true.
create table event (
    id blob primary key,
    kind text not null,
    at integer not null,
    user_id blob,
    session_id blob,
    client_id text,
    grant_id blob,
    project_id blob,
    data text not null
) strict;
create index event_by_user on event (user_id, id);
create index event_by_client on event (client_id, id);

create table letter (
    id blob primary key,
    sealed blob not null,
    attempts integer not null,
    send_after integer not null,
    expires_at integer not null,
    created_at integer not null
) strict;
create index letter_by_time on letter (send_after, id);

-- One row a bucket: the moment, in milliseconds, at which it will be full again (GCRA).
create table throttle (
    bucket text primary key,
    full_at integer not null
) strict;

create table lease (
    name text primary key,
    holder text not null,
    until integer not null
) strict;

-- Facts about this house, such as the mark of the master key that it was furnished with.
create table house (
    name text primary key,
    value blob not null
) strict;
