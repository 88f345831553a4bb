-- The log gets an order and a mark: facts are told to their readers (live feed, webhooks, notices of logout, the
-- projects' histories) one after another, each of them once. Facts written before were told to nobody there was.

alter table event drop constraint event_pkey;
alter table event add column seq bigint generated always as identity primary key;
alter table event add constraint event_id_key unique (id);
alter table event add column told boolean not null default true;
alter table event alter column told set default false;
create index event_by_project on event (project_id, id);
create index event_by_telling on event (seq) where not told;

-- The live feed: what a project's modules have to know, in one unbroken row of positions.
alter table project add column feed_position bigint not null default 0;
alter table project add column feed_epoch bigint not null default 1;

create table feed_entry (
    project_id uuid not null references project (id) on delete cascade,
    position bigint not null,
    kind text not null check (kind in ('jti', 'sid', 'gid', 'kid', 'sub', 'client', 'project', 'policy')),
    value text not null,
    why text not null,
    at bigint not null,
    expires_at bigint not null,
    primary key (project_id, position)
);
create index feed_entry_by_expiry on feed_entry (expires_at);

-- A ticket opens one connection to the feed, once.
create table feed_ticket (
    hash bytea primary key,
    project_id uuid not null references project (id) on delete cascade,
    client_id text,
    credential text not null,
    expires_at bigint not null
);
create index feed_ticket_by_expiry on feed_ticket (expires_at);

-- Who is connected to the feed at which instance, as that instance last wrote it down.
create table feed_audience (
    instance text not null,
    project_id uuid not null references project (id) on delete cascade,
    at bigint not null,
    subscribers jsonb not null,
    primary key (project_id, instance)
);
create index feed_audience_by_time on feed_audience (at);
