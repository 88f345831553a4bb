-- The house itself: its keys, its log, its letters, its counters, and who does which chore.

create table signing_key (
    kid text collate "C" primary key,
    alg text not null check (alg in ('RS256', 'ES256', 'PS256')),
    created_at bigint not null,
    active_at bigint,
    retired_at bigint,
    expires_at bigint,
    public_jwk jsonb not null,
    sealed_private bytea not null
);

-- Append-only: one row a fact, written in the transaction that made it true.
create table event (
    id uuid primary key,
    kind text not null,
    at bigint not null,
    user_id uuid,
    session_id uuid,
    client_id text,
    grant_id uuid,
    project_id uuid,
    data jsonb not null
);
create index event_by_user on event (user_id, id);
create index event_by_client on event (client_id, id);

create table letter (
    id uuid primary key,
    sealed bytea not null,
    attempts bigint not null,
    send_after bigint not null,
    expires_at bigint not null,
    created_at bigint not null
);
create index letter_by_time on letter (send_after, id);

-- One row a bucket: the moment, in milliseconds, at which it will be full again (GCRA).
create table throttle (
    bucket text primary key,
    full_at bigint not null
);

create table lease (
    name text primary key,
    holder text not null,
    until bigint not null
);

-- Facts about this house, such as the mark of the master key that it was furnished with.
create table house (
    name text primary key,
    value bytea not null
);
