-- Who may make an account on the way to the clients of a project, and what their sign-in pages offer.
create table project_sign_in (
    project_id uuid primary key references project (id) on delete cascade,
    settings jsonb not null,
    updated_at bigint not null
);
