-- Search for users: the terms by which each is found, folded to lower case without accents, and indices for filters.
create table user_term (
    term text not null,
    user_id blob not null references users (id) on delete cascade,
    primary key (term, user_id)
) strict, without rowid;
create index user_term_by_user on user_term (user_id, term);

-- The single words of names that exist already follow when the profile is next saved.
insert or ignore into user_term (term, user_id)
    select substr(lower(sub), 1, 64), id from users;
insert or ignore into user_term (term, user_id)
    select substr(lower(email), 1, 64), id from users where email is not null;
insert or ignore into user_term (term, user_id)
    select substr(lower(trim(json_extract(profile, '$.given_name'))), 1, 64), id
    from users where json_extract(profile, '$.given_name') is not null;
insert or ignore into user_term (term, user_id)
    select substr(lower(trim(json_extract(profile, '$.family_name'))), 1, 64), id
    from users where json_extract(profile, '$.family_name') is not null;

create index users_by_status on users (status, id) where status <> 'active';
create index users_by_missing_email on users (id) where email is null;
create index identity_by_provider on identity (provider, user_id);
create index session_by_use on session (last_seen_at, id);
create index session_by_source on session (source, id) where ended_at is null;
