-- An email that was opened in another browser did what the window that waits for it is about: that window goes on, once.
create table handover (
    proof_id uuid primary key references proof (id) on delete cascade,
    user_id uuid not null references users (id) on delete cascade,
    used_at bigint
);
create index handover_by_user on handover (user_id);
