-- A client that is deleted is told all the same that its sessions are over: its notices outlive it, with what is needed to
-- send them.
create table logout_notice_that_outlives (
    id blob primary key,
    client_id text not null,
    user_id blob not null,
    session_id blob not null,
    sub text,
    at integer not null,
    status text not null check (status in ('waiting', 'told', 'refused', 'given_up')),
    tries integer not null,
    send_after integer not null,
    give_up_at integer not null,
    last_status integer,
    last_error text,
    ended_at integer,
    uri text,
    alg text,
    unique (client_id, session_id, at)
) strict;
insert into logout_notice_that_outlives (id, client_id, user_id, session_id, sub, at, status, tries, send_after, give_up_at, last_status, last_error, ended_at)
    select id, client_id, user_id, session_id, sub, at, status, tries, send_after, give_up_at, last_status, last_error, ended_at from logout_notice;
drop table logout_notice;
alter table logout_notice_that_outlives rename to logout_notice;
create index logout_notice_by_due on logout_notice (send_after) where status = 'waiting';
create index logout_notice_by_user on logout_notice (user_id, at);
create index logout_notice_by_client on logout_notice (client_id, at);
create index logout_notice_by_time on logout_notice (at);
create index grants_by_client on grants (client_id) where revoked_at is null;
