-- The log gets an order and a mark: facts are told to their readers (live feed, webhooks, notices of logout, the
-- projects' histories) one after another, each of them once. Facts written before were told to nobody there was.

create table event_in_order (
    seq integer not null primary key autoincrement,
    id blob not null unique,
    kind text not null,
    at integer not null,
    user_id blob,
    session_id blob,
    client_id text,
    grant_id blob,
    project_id blob,
    data text not null,
    told integer not null default 0
) strict;
insert into event_in_order (id, kind, at, user_id, session_id, client_id, grant_id, project_id, data, told)
select id, kind, at, user_id, session_id, client_id, grant_id, project_id, data, 1 from event order by id;
drop table event;
alter table event_in_order rename to event;
create index event_by_user on event (user_id, id);
create index event_by_client on event (client_id, id);
create index event_by_project on event (project_id, id);
create index event_by_telling on event (seq) where not told;

-- The live feed: what a project's modules have to know, in one unbroken row of positions.
alter table project add column feed_position integer not null default 0;
alter table project add column feed_epoch integer not null default 1;

create table feed_entry (
    project_id blob not null references project (id) on delete cascade,
    position integer not null,
    kind text not null check (kind in ('jti', 'sid', 'gid', 'kid', 'sub', 'client', 'project', 'policy')),
    value text not null,
    why text not null,
    at integer not null,
    expires_at integer not null,
    primary key (project_id, position)
) strict;
create index feed_entry_by_expiry on feed_entry (expires_at);

-- A ticket opens one connection to the feed, once.
create table feed_ticket (
    hash blob primary key,
    project_id blob not null references project (id) on delete cascade,
    client_id text,
    credential text not null,
    expires_at integer not null
) strict;
create index feed_ticket_by_expiry on feed_ticket (expires_at);

-- Who is connected to the feed at which instance, as that instance last wrote it down.
create table feed_audience (
    instance text not null,
    project_id blob not null references project (id) on delete cascade,
    at integer not null,
    subscribers text not null,
    primary key (project_id, instance)
) strict;
create index feed_audience_by_time on feed_audience (at);
