-- How often something happened on each day, counted when events are dispatched. Days are numbered from 1970-01-01 UTC.
create table daily_count (
    kind text not null check (
        kind in ('signed-in', 'failed', 'means', 'way', 'client', 'active', 'last-active')
    ),
    day integer not null,
    name text not null,
    times integer not null,
    primary key (kind, day, name)
) strict;
create index daily_count_by_day on daily_count (day);

-- The days on which a user was active: the last one, and bit n of `days` for the n-th day before it.
create table active_user (
    user_id blob primary key,
    last_day integer not null,
    days integer not null
) strict;
create index active_user_by_last_day on active_user (last_day);

-- The days that are counted again from the event log: at first those of the events that are there already.
create table recount (
    next_day integer not null primary key,
    last_day integer not null
) strict;
insert into recount (next_day, last_day)
select
    (select at from event order by id limit 1) / 86400,
    (select at from event order by id desc limit 1) / 86400
where exists (select 1 from event);
