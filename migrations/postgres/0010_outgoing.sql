-- What goes out to others because of the log: webhooks of projects with their deliveries, and notices of logout to clients.

create table webhook (
    id uuid primary key,
    project_id uuid not null references project (id) on delete cascade,
    url text not null,
    description text not null,
    filters jsonb not null,
    secrets jsonb not null,
    created_at bigint not null,
    updated_at bigint not null,
    disabled_at bigint,
    disabled_why text,
    -- Since when nothing but failure came of it.
    failing_since bigint,
    -- When the first of its deliveries is due, and who is at them until when.
    due_at bigint,
    holder text,
    held_until bigint
);
create index webhook_by_project on webhook (project_id, id);
create index webhook_by_due on webhook (due_at) where due_at is not null and disabled_at is null;

create table webhook_delivery (
    seq bigint generated always as identity primary key,
    webhook_id uuid not null references webhook (id) on delete cascade,
    message_id uuid not null,
    kind text not null,
    -- Whom it is about: messages about one and the same keep their order.
    subject text not null,
    body text not null,
    status text not null check (status in ('waiting', 'delivered', 'failed')),
    tries bigint not null,
    send_after bigint not null,
    attempts jsonb not null,
    created_at bigint not null,
    ended_at bigint,
    unique (webhook_id, message_id)
);
create index webhook_delivery_by_place on webhook_delivery (webhook_id, seq);
create index webhook_delivery_by_status on webhook_delivery (webhook_id, status, seq);
create index webhook_delivery_by_subject on webhook_delivery (webhook_id, subject, seq) where status = 'waiting';
create index webhook_delivery_by_time on webhook_delivery (created_at);

-- One client is told that one session of it is over (OpenID Connect Back-Channel Logout 1.0).
create table logout_notice (
    id uuid primary key,
    client_id text not null references client (id) on delete cascade,
    user_id uuid not null,
    session_id uuid not null,
    sub text,
    at bigint not null,
    status text not null check (status in ('waiting', 'told', 'refused', 'given_up')),
    tries bigint not null,
    send_after bigint not null,
    give_up_at bigint not null,
    last_status bigint,
    last_error text,
    ended_at bigint,
    unique (client_id, session_id, at)
);
create index logout_notice_by_due on logout_notice (send_after) where status = 'waiting';
create index logout_notice_by_user on logout_notice (user_id, at);
create index logout_notice_by_client on logout_notice (client_id, at);
create index logout_notice_by_time on logout_notice (at);
