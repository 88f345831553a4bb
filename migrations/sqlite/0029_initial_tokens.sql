-- Initial access tokens (RFC 7591): who has one may register clients in its project.
create table initial_token (
    id blob primary key,
    project_id blob not null references project (id) on delete cascade,
    token_hash blob not null unique,
    name text not null,
    max_clients integer not null,
    registered integer not null,
    created_at integer not null,
    expires_at integer not null
) strict;
create index initial_token_by_project on initial_token (project_id, id);
create index initial_token_by_expiry on initial_token (expires_at);

-- Registration access tokens (RFC 7592), hashed. The former one is good until the present one is used.
alter table client_registration add column token_hash blob;
alter table client_registration add column former_token_hash blob;
create unique index client_registration_by_token on client_registration (token_hash) where token_hash is not null;
create unique index client_registration_by_former_token on client_registration (former_token_hash)
    where former_token_hash is not null;
