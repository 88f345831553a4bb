-- A client that is deleted is told all the same that its sessions are over: its notices outlive it, with what is needed to
-- send them.
alter table logout_notice drop constraint logout_notice_client_id_fkey;
alter table logout_notice add column uri text;
alter table logout_notice add column alg text;
create index grants_by_client on grants (client_id) where revoked_at is null;
