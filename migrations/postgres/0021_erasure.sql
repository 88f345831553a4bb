-- Users who were deleted and whose events still hold data. The data is not shown, and is erased in batches.

create table erasure (
    user_id uuid primary key,
    deleted_at bigint not null,
    -- The events up to this id are erased.
    place uuid not null
);
