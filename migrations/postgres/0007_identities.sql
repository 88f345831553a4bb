-- Upstream sign-in: the providers, the identities they vouch for, the journeys to them, and what links leave behind.

create table provider (
    id text primary key,
    settings jsonb not null,
    secret bytea,
    -- Written by the configuration file, which alone may change it.
    managed boolean not null,
    created_at bigint not null,
    updated_at bigint not null
);

create table identity (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    provider text not null,
    issuer text not null,
    subject text not null,
    email_at_link text,
    email_state text not null,
    profile jsonb not null,
    handle text,
    linked_at bigint not null,
    linked_how text not null,
    last_used_at bigint,
    unique (issuer, subject)
);
create index identity_by_user on identity (user_id, id);

-- An identity that was unlinked makes no new account for a while.
create table unlinked (
    issuer text not null,
    subject text not null,
    at bigint not null,
    primary key (issuer, subject)
);
create index unlinked_by_time on unlinked (at);

-- Somebody is at a provider. Found by the hash of `state`, taken once.
create table journey (
    state_hash bytea primary key,
    sealed bytea not null,
    expires_at bigint not null
);
create index journey_by_expiry on journey (expires_at);

-- Sessions that an identity opened: they end when the provider takes its word back.
create table session_identity (
    session_id uuid primary key references session (id) on delete cascade,
    identity_id uuid not null references identity (id) on delete cascade,
    upstream_sid text
);
create index session_identity_by_identity on session_identity (identity_id);
create index session_identity_by_sid on session_identity (upstream_sid);

-- Notices of providers that were heard, so that none is heard twice.
create table heard_notice (
    jti_hash bytea primary key,
    expires_at bigint not null
);
create index heard_notice_by_expiry on heard_notice (expires_at);

-- Two users were one person. The merged one rests, to be taken back for a while; its `sub` goes on naming the other.
create table merge (
    id uuid primary key,
    kept_id uuid not null references users (id) on delete cascade,
    merged_id uuid not null unique references users (id) on delete cascade,
    identities jsonb not null,
    merged_at bigint not null,
    undo_until bigint not null
);
create index merge_by_kept on merge (kept_id, id);
