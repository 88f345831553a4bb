-- What requests of clients did, step by step: the flight recorder.
create table attempt (
    id uuid primary key,
    client_id text not null references client (id) on delete cascade,
    at bigint not null,
    kind text not null,
    lane text not null,
    source text not null,
    trace_id text,
    error text,
    reason text,
    failed_step text,
    spec text,
    detail jsonb not null
);
create index attempt_by_client on attempt (client_id, id);
create index attempt_by_lane on attempt (client_id, lane, id);
create index attempt_by_time on attempt (at);

-- How many attempts were not recorded, by day: seconds since the epoch divided by 86400.
create table attempt_loss (
    day bigint primary key not null,
    lost bigint not null
);
