-- People who are asked to become members of a project. The row is deleted when the invitation is accepted.
create table project_invitation (
    id uuid primary key,
    project_id uuid not null references project (id) on delete cascade,
    email text not null,
    role text not null,
    created_at bigint not null,
    sent_at bigint not null,
    expires_at bigint not null,
    token_hash bytea not null unique,
    unique (project_id, email)
);
create index project_invitation_by_project on project_invitation (project_id, id);
create index project_invitation_by_expiry on project_invitation (expires_at);
