-- Who works on a project, the keys that its token stands for, and its history, sealed to them.

create table project_member (
    project_id blob not null references project (id) on delete cascade,
    user_id blob not null references users (id) on delete cascade,
    role text not null check (role in ('owner', 'developer', 'viewer')),
    since integer not null,
    primary key (project_id, user_id)
) strict;
create index project_member_by_user on project_member (user_id, project_id);

-- Every token is also a key pair: the public half is kept, the private half follows from the token alone. When a token
-- is replaced, the private half of the old one is sealed to the new one; the row then holds the old token's hash, for
-- as long as that token is still good.
create table project_key (
    project_id blob not null references project (id) on delete cascade,
    generation integer not null,
    kid text not null,
    public_jwk text not null,
    wrapped text,
    former_hash blob unique,
    good_until integer,
    created_at integer not null,
    primary key (project_id, generation)
) strict;

-- What happened, sealed: several facts a row. Outside the seal stand only the place and the day.
create table history (
    project_id blob not null references project (id) on delete cascade,
    position integer not null,
    generation integer not null,
    day integer not null,
    sealed text not null,
    primary key (project_id, position)
) strict;
create index history_by_day on history (day);

-- A project that goes takes its tickets with it.
create index feed_ticket_by_project on feed_ticket (project_id);
