-- Addresses that a provider tells of a user and that are not the user's here: suggested until the user says no.

create table suggested_email (
    user_id uuid not null references users (id) on delete cascade,
    email text not null,
    -- The identity that told it last; absent once it is unlinked.
    identity_id uuid references identity (id) on delete set null,
    told_at bigint not null,
    dismissed_at bigint,
    primary key (user_id, email)
);
create index suggested_email_by_identity on suggested_email (identity_id);
