-- Access rules: what projects have published, what they are drafting, and who has which role.

create table policy_revision (
    project_id blob not null references project (id) on delete cascade,
    revision integer not null,
    document text not null,
    -- The table that modules are sent, byte for byte.
    compiled text not null,
    etag text not null,
    note text not null,
    published_by text not null,
    published_at integer not null,
    primary key (project_id, revision)
) strict;

create table policy_draft (
    project_id blob primary key references project (id) on delete cascade,
    document text not null,
    etag text not null,
    updated_at integer not null
) strict;

create table assignment (
    id blob primary key,
    project_id blob not null references project (id) on delete cascade,
    role text not null,
    user_id blob references users (id) on delete cascade,
    client_id text references client (id) on delete cascade,
    -- `Order:42`: only there. Empty: everywhere.
    scope text not null,
    expires_at integer,
    assigned_at integer not null,
    unique (project_id, user_id, role, scope),
    unique (project_id, client_id, role, scope),
    check ((user_id is null) <> (client_id is null))
) strict;
create index assignment_by_project on assignment (project_id, id);
create index assignment_by_user on assignment (user_id);
create index assignment_by_client on assignment (client_id);
