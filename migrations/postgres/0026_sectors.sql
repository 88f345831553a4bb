-- The sector of a client's subject identifiers (OpenID Connect Core §8.1): empty for public ones, null for a client that
-- gets no tokens of people.
alter table client add column sector text;
update client
set sector = ''
where metadata -> 'grant_types' is distinct from '["client_credentials"]'::jsonb;
create index client_by_sector on client (project_id, sector);
