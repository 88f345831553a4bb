-- Who may make an account on the way to the clients of a project, and what their sign-in pages offer.
create table project_sign_in (
    project_id blob primary key references project (id) on delete cascade,
    settings text not null,
    updated_at integer not null
) strict;
