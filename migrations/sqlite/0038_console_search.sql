-- Search in the console: the terms by which projects, clients, APIs and webhooks are found, in lower case without
-- accents; and attempts by the trace id of their request.
create table object_term (
    kind text not null,
    term text not null,
    object_id text not null,
    project_id blob not null references project (id) on delete cascade,
    primary key (kind, term, object_id)
) strict, without rowid;
create index object_term_by_object on object_term (kind, object_id);
create index object_term_by_project on object_term (project_id, kind, term);

create index attempt_by_trace on attempt (trace_id, id) where trace_id is not null;

-- What exists already is found by its id and the words of its name or URL. Letters other than ASCII are folded when it
-- is next saved.
insert or ignore into object_term (kind, term, object_id, project_id)
    with searched as (
        select 'project' as kind, id as object_id, id as project_id, name as text from project
        union all
        select 'client', id, project_id, json_extract(metadata, '$.client_name') from client
        union all
        select 'api', id, project_id, json_extract(settings, '$.name') from apis
        union all
        select 'api', id, project_id, identifier from apis
        union all
        select 'webhook', id, project_id, url from webhook
    ),
    named as (
        select
            kind,
            case when typeof(object_id) = 'text' then object_id else lower(
                substr(hex(object_id), 1, 8) || '-' || substr(hex(object_id), 9, 4) || '-'
                || substr(hex(object_id), 13, 4) || '-' || substr(hex(object_id), 17, 4) || '-'
                || substr(hex(object_id), 21)
            ) end as object_id,
            project_id,
            lower(trim(coalesce(text, ''))) as text
        from searched
    ),
    terms as (
        select kind, object_id, project_id, lower(object_id) as term from named
        union all
        select kind, object_id, project_id, text from named
        union all
        select kind, object_id, project_id, substr(text, instr(text, '://') + 3) from named where text like '%://%'
    ),
    -- The words between blanks and punctuation.
    parts as (
        select
            kind, object_id, project_id, '' as term,
            replace(replace(replace(replace(replace(text, '://', ' '), '/', ' '), '.', ' '), '-', ' '), ':', ' ')
                || ' ' as rest
        from named
        union all
        select
            kind, object_id, project_id, substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1)
        from parts
        where rest <> ''
    )
    select kind, substr(term, 1, 64), object_id, project_id from terms where term <> ''
    union
    select kind, substr(term, 1, 64), object_id, project_id from parts where term not in ('', 'http', 'https');
