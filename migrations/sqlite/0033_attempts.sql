-- What requests of clients did, step by step: the flight recorder.
create table attempt (
    id blob primary key,
    client_id text not null references client (id) on delete cascade,
    at integer not null,
    kind text not null,
    lane text not null,
    source text not null,
    trace_id text,
    error text,
    reason text,
    failed_step text,
    spec text,
    detail text not null
) strict;
create index attempt_by_client on attempt (client_id, id);
create index attempt_by_lane on attempt (client_id, lane, id);
create index attempt_by_time on attempt (at);

-- How many attempts were not recorded, by day: seconds since the epoch divided by 86400.
create table attempt_loss (
    day integer primary key not null,
    lost integer not null
) strict;
