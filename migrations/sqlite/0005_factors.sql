-- Second factors and passkeys.

-- The authenticator app of a user. The seed is sealed; the highest time step ever used is kept, so that no code works twice.
create table totp (
    user_id blob primary key references users (id) on delete cascade,
    sealed blob not null,
    last_step integer not null,
    created_at integer not null
) strict;

-- Only keyed hashes of recovery codes are kept.
create table recovery_code (
    user_id blob not null references users (id) on delete cascade,
    hash blob not null,
    created_at integer not null,
    used_at integer,
    primary key (user_id, hash)
) strict;

create table passkey (
    id blob primary key,
    user_id blob not null references users (id) on delete cascade,
    credential_id blob not null unique,
    handle blob not null,
    credential text not null,
    name text not null,
    synced integer not null,
    created_at integer not null,
    last_used_at integer
) strict;
create index passkey_by_user on passkey (user_id, id);

-- A ceremony travels sealed with its page and is spent here, once.
create table spent_ceremony (
    id blob primary key,
    expires_at integer not null
) strict;
create index spent_ceremony_by_expiry on spent_ceremony (expires_at);

-- Users who want to be asked for a passkey after their password.
create table second_step (
    user_id blob primary key references users (id) on delete cascade,
    since integer not null
) strict;

-- Browsers that are not asked for a second step. Only the hash of what they hold is kept.
create table remembered_browser (
    id blob primary key,
    user_id blob not null references users (id) on delete cascade,
    secret_hash blob not null unique,
    created_at integer not null,
    last_used_at integer not null,
    expires_at integer not null,
    user_agent text,
    source text
) strict;
create index remembered_browser_by_user on remembered_browser (user_id, id);
create index remembered_browser_by_expiry on remembered_browser (expires_at);

-- What a project asks of everybody who signs in to one of its clients.
alter table project add column required_acr text;
