-- Was the live refresh token of a grant used, and when were the ones before it issued? See `domain/granting/grant.rs`.
-- Families of earlier versions start with nothing seen and nothing known of the time before.
alter table grants add column seen_generation bigint not null default 0;
alter table grants add column recent_gaps bigint not null default 18014398509481983;
