-- Search for users: the terms by which each is found, folded to lower case without accents, and indices for filters.
create table user_term (
    term text collate "C" not null,
    user_id uuid not null references users (id) on delete cascade,
    primary key (term, user_id)
);
create index user_term_by_user on user_term (user_id, term);

-- The single words of names that exist already follow when the profile is next saved.
insert into user_term (term, user_id)
    select left(lower(sub), 64), id from users
    on conflict do nothing;
insert into user_term (term, user_id)
    select left(lower(email), 64), id from users where email is not null
    on conflict do nothing;
insert into user_term (term, user_id)
    select left(lower(trim(profile ->> 'given_name')), 64), id from users where profile ->> 'given_name' is not null
    on conflict do nothing;
insert into user_term (term, user_id)
    select left(lower(trim(profile ->> 'family_name')), 64), id from users where profile ->> 'family_name' is not null
    on conflict do nothing;

create index users_by_status on users (status, id) where status <> 'active';
create index users_by_missing_email on users (id) where email is null;
create index identity_by_provider on identity (provider, user_id);
create index session_by_use on session (last_seen_at, id);
create index session_by_source on session (source collate "C", id) where ended_at is null;
