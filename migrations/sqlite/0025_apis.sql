-- APIs (resource servers) that a project owns: what access tokens are issued for.
create table apis (
    id blob primary key,
    project_id blob not null references project (id) on delete cascade,
    identifier text not null,
    -- The form in which requests name it (RFC 3986 §6.2).
    canonical text not null unique,
    settings text not null,
    created_at integer not null,
    updated_at integer not null
) strict;
create index apis_by_project on apis (project_id, id);

-- Clients of other projects that may ask for tokens for an API.
create table api_client (
    api_id blob not null references apis (id) on delete cascade,
    client_id text not null references client (id) on delete cascade,
    -- Only these scopes; all if null.
    scope text,
    since integer not null,
    primary key (api_id, client_id)
) strict;
create index api_client_by_client on api_client (client_id);

-- The host of an https identifier belongs to the project that proved it, where anybody may create projects.
create table api_host (
    host text primary key,
    project_id blob not null references project (id) on delete cascade,
    proven_at integer not null
) strict;
create index api_host_by_project on api_host (project_id);

-- What a grant is for. Null in grants of former versions: what the client is registered for.
alter table grants add column targets text;
-- The project of its APIs, if it is not that of the client.
alter table grants add column api_project_id blob;

alter table device_code add column targets text;

-- The scopes at each API. Null in consents of former versions.
alter table consent add column apis text;
