-- The sector of a client's subject identifiers (OpenID Connect Core §8.1): empty for public ones, null for a client that
-- gets no tokens of people.
alter table client add column sector text;
update client
set sector = ''
where json_extract(metadata, '$.grant_types') is not '["client_credentials"]';
create index client_by_sector on client (project_id, sector);
