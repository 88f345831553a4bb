-- Imports of users from files.
create table user_import (
    id blob primary key,
    created_by blob not null,
    created_at integer not null,
    status text not null,
    file_name text not null,
    format text not null,
    header text not null,
    options text not null,
    -- Rows and parts of the file.
    row_count integer not null,
    part_count integer not null,
    -- The part that is handled next.
    next_part integer not null,
    -- The number of the current run.
    pass integer not null,
    created integer not null,
    updated integer not null,
    skipped integer not null,
    failed integer not null,
    started_at integer,
    ended_at integer,
    expires_at integer not null
) strict;
create index user_import_by_status on user_import (status);

-- The rows of a file in parts, sealed. Deleted as soon as they were imported.
create table user_import_part (
    import_id blob not null,
    number integer not null,
    rows blob not null,
    primary key (import_id, number)
) strict, without rowid;

-- What became of each row in each run.
create table user_import_row (
    import_id blob not null,
    pass integer not null,
    number integer not null,
    result text not null,
    reason text not null,
    -- A MAC of whom the row is about, by which a second row about them is found.
    mark blob,
    primary key (import_id, pass, number)
) strict, without rowid;
create index user_import_row_by_mark on user_import_row (import_id, pass, mark);
create index user_import_row_by_result on user_import_row (import_id, pass, result, number);
