-- Who works on a project, the keys that its token stands for, and its history, sealed to them.

create table project_member (
    project_id uuid not null references project (id) on delete cascade,
    user_id uuid not null references users (id) on delete cascade,
    role text not null check (role in ('owner', 'developer', 'viewer')),
    since bigint not null,
    primary key (project_id, user_id)
);
create index project_member_by_user on project_member (user_id, project_id);

-- Every token is also a key pair: the public half is kept, the private half follows from the token alone. When a token
-- is replaced, the private half of the old one is sealed to the new one; the row then holds the old token's hash, for
-- as long as that token is still good.
create table project_key (
    project_id uuid not null references project (id) on delete cascade,
    generation bigint not null,
    kid text not null,
    public_jwk jsonb not null,
    wrapped text,
    former_hash bytea unique,
    good_until bigint,
    created_at bigint not null,
    primary key (project_id, generation)
);

-- What happened, sealed: several facts a row. Outside the seal stand only the place and the day.
create table history (
    project_id uuid not null references project (id) on delete cascade,
    position bigint not null,
    generation bigint not null,
    day bigint not null,
    sealed text not null,
    primary key (project_id, position)
);
create index history_by_day on history (day);

-- Addresses are searched by their beginning.
create index users_email_prefix on users (email collate "C", id);

-- A project that goes takes its tickets with it.
create index feed_ticket_by_project on feed_ticket (project_id);
