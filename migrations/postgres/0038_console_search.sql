-- Search in the console: the terms by which projects, clients, APIs and webhooks are found, in lower case without
-- accents; and attempts by the trace id of their request.
create table object_term (
    kind text not null,
    term text collate "C" not null,
    object_id text not null,
    project_id uuid not null references project (id) on delete cascade,
    primary key (kind, term, object_id)
);
create index object_term_by_object on object_term (kind, object_id);
create index object_term_by_project on object_term (project_id, kind, term);

create index attempt_by_trace on attempt (trace_id, id) where trace_id is not null;

-- What exists already is found by its id and the words of its name or URL. Accents are removed when it is next saved.
insert into object_term (kind, term, object_id, project_id)
    with searched as (
        select 'project' as kind, id::text as object_id, id as project_id, name as text from project
        union all
        select 'client', id, project_id, metadata ->> 'client_name' from client
        union all
        select 'api', id::text, project_id, settings ->> 'name' from apis
        union all
        select 'api', id::text, project_id, identifier from apis
        union all
        select 'webhook', id::text, project_id, url from webhook
    ),
    named as (
        select kind, object_id, project_id, lower(trim(coalesce(text, ''))) as text from searched
    ),
    terms as (
        select kind, object_id, project_id, lower(object_id) as term from named
        union all
        select kind, object_id, project_id, text from named
        union all
        select kind, object_id, project_id, split_part(text, '://', 2) from named
        union all
        select kind, object_id, project_id, regexp_split_to_table(text, '[^[:alnum:]]+') from named
    )
    select distinct kind, left(term, 64), object_id, project_id
    from terms
    where term not in ('', 'http', 'https');
