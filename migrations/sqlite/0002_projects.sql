-- Projects and their clients.

create table project (
    id blob primary key,
    name text not null,
    token_hash blob not null unique,
    created_at integer not null
) strict;

create table client (
    id text primary key,
    project_id blob not null references project (id) on delete cascade,
    kind text not null check (kind in ('web', 'spa', 'native', 'machine', 'device')),
    metadata text not null,
    secrets text not null,
    created_at integer not null,
    updated_at integer not null,
    disabled_at integer
) strict;
create index client_by_project on client (project_id, id);

create table consent (
    user_id blob not null references users (id) on delete cascade,
    client_id text not null references client (id) on delete cascade,
    scope text not null,
    granted_at integer not null,
    primary key (user_id, client_id)
) strict;
create index consent_by_client on consent (client_id);
