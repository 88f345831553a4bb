-- How the runs of each background job ended, written when that changes, and once a minute.
create table job_run (
    name text primary key,
    ended_at integer not null,
    milliseconds integer not null,
    -- Since when every run has failed, and why the last one did.
    failing_since integer,
    error text
) strict;

-- What `usher doctor` found last, on any instance.
create table health_report (
    id integer not null primary key check (id = 1),
    at integer not null,
    findings text not null
) strict;

-- Filters of the audit log that an administrator saved by name.
create table saved_filter (
    id blob primary key,
    user_id blob not null references users (id) on delete cascade,
    name text not null,
    query text not null,
    unique (user_id, name)
) strict;

create index webhook_by_failure on webhook (failing_since) where failing_since is not null;
create index webhook_delivery_by_wait on webhook_delivery (send_after) where status = 'waiting';
create index users_by_admin on users (id) where admin;
