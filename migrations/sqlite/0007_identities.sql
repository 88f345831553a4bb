-- Upstream sign-in: the providers, the identities they vouch for, the journeys to them, and what links leave behind.

create table provider (
    id text primary key,
    settings text not null,
    secret blob,
    -- Written by the configuration file, which alone may change it.
    managed integer not null,
    created_at integer not null,
    updated_at integer not null
) strict;

create table identity (
    id blob primary key,
    user_id blob not null references users (id) on delete cascade,
    provider text not null,
    issuer text not null,
    subject text not null,
    email_at_link text,
    email_state text not null,
    profile text not null,
    handle text,
    linked_at integer not null,
    linked_how text not null,
    last_used_at integer,
    unique (issuer, subject)
) strict;
create index identity_by_user on identity (user_id, id);

-- An identity that was unlinked makes no new account for a while.
create table unlinked (
    issuer text not null,
    subject text not null,
    at integer not null,
    primary key (issuer, subject)
) strict;
create index unlinked_by_time on unlinked (at);

-- Somebody is at a provider. Found by the hash of `state`, taken once.
create table journey (
    state_hash blob primary key,
    sealed blob not null,
    expires_at integer not null
) strict;
create index journey_by_expiry on journey (expires_at);

-- Sessions that an identity opened: they end when the provider takes its word back.
create table session_identity (
    session_id blob primary key references session (id) on delete cascade,
    identity_id blob not null references identity (id) on delete cascade,
    upstream_sid text
) strict;
create index session_identity_by_identity on session_identity (identity_id);
create index session_identity_by_sid on session_identity (upstream_sid);

-- Notices of providers that were heard, so that none is heard twice.
create table heard_notice (
    jti_hash blob primary key,
    expires_at integer not null
) strict;
create index heard_notice_by_expiry on heard_notice (expires_at);

-- Two users were one person. The merged one rests, to be taken back for a while; its `sub` goes on naming the other.
create table merge (
    id blob primary key,
    kept_id blob not null references users (id) on delete cascade,
    merged_id blob not null unique references users (id) on delete cascade,
    identities text not null,
    merged_at integer not null,
    undo_until integer not null
) strict;
create index merge_by_kept on merge (kept_id, id);
