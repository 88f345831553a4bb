-- Projects and their clients.

create table project (
    id uuid primary key,
    name text not null,
    token_hash bytea not null unique,
    created_at bigint not null
);

create table client (
    -- By bytes, as SQLite does: pages of a list are cut by it.
    id text collate "C" primary key,
    project_id uuid not null references project (id) on delete cascade,
    kind text not null check (kind in ('web', 'spa', 'native', 'machine', 'device')),
    metadata jsonb not null,
    secrets jsonb not null,
    created_at bigint not null,
    updated_at bigint not null,
    disabled_at bigint
);
create index client_by_project on client (project_id, id);

create table consent (
    user_id uuid not null references users (id) on delete cascade,
    client_id text not null references client (id) on delete cascade,
    scope text not null,
    granted_at bigint not null,
    primary key (user_id, client_id)
);
create index consent_by_client on consent (client_id);
