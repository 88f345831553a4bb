-- People: users, their passwords, the browsers they are signed in with, and the proofs mailed to them.

create table users (
    id blob primary key,
    sub text not null unique,
    email text unique,
    status text not null check (status in ('active', 'disabled', 'merged')),
    admin integer not null,
    locale text,
    profile text not null,
    sources text not null,
    created_at integer not null,
    updated_at integer not null,
    factors_frozen_until integer
) strict;

create table password (
    user_id blob primary key references users (id) on delete cascade,
    phc text not null,
    changed_at integer not null
) strict;

create table session (
    id blob primary key,
    user_id blob not null references users (id) on delete cascade,
    secret_hash blob not null unique,
    auth_time integer not null,
    amr text not null,
    acr text not null,
    created_at integer not null,
    last_seen_at integer not null,
    idle_expires_at integer not null,
    expires_at integer not null,
    ended_at integer,
    end_reason text,
    user_agent text,
    source text
) strict;
create index session_by_user on session (user_id, id);
create index session_by_expiry on session (expires_at);

create table proof (
    id blob primary key,
    kind text not null check (kind in ('sign_up', 'recover', 'setup', 'not_me', 'change_email', 'link')),
    token_hash blob not null unique,
    code_hash blob,
    email text,
    user_id blob references users (id) on delete cascade,
    sealed blob,
    attempts integer not null,
    created_at integer not null,
    expires_at integer not null,
    used_at integer
) strict;
create index proof_by_email on proof (email, kind, id);
create index proof_by_user on proof (user_id, kind);
create index proof_by_expiry on proof (expires_at);
