-- How the pages and emails of a project look; those of the installation under the nil UUID.
create table branding (
    owner uuid primary key,
    -- Null for the installation.
    project_id uuid unique references project (id) on delete cascade,
    settings jsonb not null,
    -- All three or none.
    logo_kind text,
    logo_hash text,
    logo bytea,
    updated_at bigint not null
);
