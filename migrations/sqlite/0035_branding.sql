-- How the pages and emails of a project look; those of the installation under the nil UUID.
create table branding (
    owner blob primary key,
    -- Null for the installation.
    project_id blob unique references project (id) on delete cascade,
    settings text not null,
    -- All three or none.
    logo_kind text,
    logo_hash text,
    logo blob,
    updated_at integer not null
) strict;
