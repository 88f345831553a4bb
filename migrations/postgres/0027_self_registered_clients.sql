-- How a client became known: somebody made it (`managed`), its id is the URL of its metadata (`document`), or it
-- registered itself (`dynamic`).
alter table client add column origin text not null default 'managed';
-- When an administrator vouched for a client that registered itself.
alter table client add column trusted_at bigint;

-- What is kept of clients that registered themselves.
create table client_registration (
    client_id text primary key references client (id) on delete cascade,
    -- When its document was last fetched, and until when it is used.
    checked_at bigint,
    fresh_until bigint,
    -- Rounded to a day: what is not used is deleted.
    used_at bigint not null
);
create index client_registration_by_use on client_registration (used_at);
