-- People: users, their passwords, the browsers they are signed in with, and the proofs mailed to them.

create table users (
    id uuid primary key,
    sub text not null unique,
    email text unique,
    status text not null check (status in ('active', 'disabled', 'merged')),
    admin boolean not null,
    locale text,
    profile jsonb not null,
    sources jsonb not null,
    created_at bigint not null,
    updated_at bigint not null,
    factors_frozen_until bigint
);

create table password (
    user_id uuid primary key references users (id) on delete cascade,
    phc text not null,
    changed_at bigint not null
);

create table session (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    secret_hash bytea not null unique,
    auth_time bigint not null,
    amr jsonb not null,
    acr text not null,
    created_at bigint not null,
    last_seen_at bigint not null,
    idle_expires_at bigint not null,
    expires_at bigint not null,
    ended_at bigint,
    end_reason text,
    user_agent text,
    source text
);
create index session_by_user on session (user_id, id);
create index session_by_expiry on session (expires_at);

create table proof (
    id uuid primary key,
    kind text not null check (kind in ('sign_up', 'recover', 'setup', 'not_me', 'change_email', 'link')),
    token_hash bytea not null unique,
    code_hash bytea,
    email text,
    user_id uuid references users (id) on delete cascade,
    sealed bytea,
    attempts bigint not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);
create index proof_by_email on proof (email, kind, id);
create index proof_by_user on proof (user_id, kind);
create index proof_by_expiry on proof (expires_at);
