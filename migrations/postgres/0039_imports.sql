-- Imports of users from files.
create table user_import (
    id uuid primary key,
    created_by uuid not null,
    created_at bigint not null,
    status text not null,
    file_name text not null,
    format text not null,
    header jsonb not null,
    options jsonb not null,
    -- Rows and parts of the file.
    row_count bigint not null,
    part_count bigint not null,
    -- The part that is handled next.
    next_part bigint not null,
    -- The number of the current run.
    pass bigint not null,
    created bigint not null,
    updated bigint not null,
    skipped bigint not null,
    failed bigint not null,
    started_at bigint,
    ended_at bigint,
    expires_at bigint not null
);
create index user_import_by_status on user_import (status);

-- The rows of a file in parts, sealed. Deleted as soon as they were imported.
create table user_import_part (
    import_id uuid not null,
    number bigint not null,
    rows bytea not null,
    primary key (import_id, number)
);

-- What became of each row in each run.
create table user_import_row (
    import_id uuid not null,
    pass bigint not null,
    number bigint not null,
    result text not null,
    reason text not null,
    -- A MAC of whom the row is about, by which a second row about them is found.
    mark bytea,
    primary key (import_id, pass, number)
);
create index user_import_row_by_mark on user_import_row (import_id, pass, mark);
create index user_import_row_by_result on user_import_row (import_id, pass, result, number);
