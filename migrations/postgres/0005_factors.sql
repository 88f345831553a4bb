-- Second factors and passkeys.

-- The authenticator app of a user. The seed is sealed; the highest time step ever used is kept, so that no code works twice.
create table totp (
    user_id uuid primary key references users (id) on delete cascade,
    sealed bytea not null,
    last_step bigint not null,
    created_at bigint not null
);

-- Only keyed hashes of recovery codes are kept.
create table recovery_code (
    user_id uuid not null references users (id) on delete cascade,
    hash bytea not null,
    created_at bigint not null,
    used_at bigint,
    primary key (user_id, hash)
);

create table passkey (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    credential_id bytea not null unique,
    handle uuid not null,
    credential jsonb not null,
    name text not null,
    synced boolean not null,
    created_at bigint not null,
    last_used_at bigint
);
create index passkey_by_user on passkey (user_id, id);

-- A ceremony travels sealed with its page and is spent here, once.
create table spent_ceremony (
    id uuid primary key,
    expires_at bigint not null
);
create index spent_ceremony_by_expiry on spent_ceremony (expires_at);

-- Users who want to be asked for a passkey after their password.
create table second_step (
    user_id uuid primary key references users (id) on delete cascade,
    since bigint not null
);

-- Browsers that are not asked for a second step. Only the hash of what they hold is kept.
create table remembered_browser (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    secret_hash bytea not null unique,
    created_at bigint not null,
    last_used_at bigint not null,
    expires_at bigint not null,
    user_agent text,
    source text
);
create index remembered_browser_by_user on remembered_browser (user_id, id);
create index remembered_browser_by_expiry on remembered_browser (expires_at);

-- What a project asks of everybody who signs in to one of its clients.
alter table project add column required_acr text;
