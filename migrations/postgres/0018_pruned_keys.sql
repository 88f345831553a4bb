-- A key that is published no more stays known by its public half for as long as a session of its ID tokens can live.
alter table signing_key add column pruned_at bigint;
