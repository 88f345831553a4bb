-- Where an event comes from: who caused it if not its user, the network, and the trace id of the request.
alter table event add column actor text;
alter table event add column source text;
alter table event add column trace_id uuid;
create index event_by_kind on event (kind, id);
create index event_by_actor on event (actor, id) where actor is not null;
create index event_by_source on event (source, id) where source is not null;
create index event_by_trace on event (trace_id, id) where trace_id is not null;
