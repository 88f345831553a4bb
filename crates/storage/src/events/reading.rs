//! Reads the event log for the dispatcher: events that were not dispatched yet, each once, in the order of the log.

use sqlx::types::Json;
use uuid::Uuid;

use crate::db::{on, on_tx, run, statements};
use crate::row::{JsonColumn, unreadable};
use crate::{Result, Store, Tx};
use usher_domain::event::{Event, EventCatalogue};
use usher_domain::id::{ClientId, EventId, GrantId, ProjectId, SessionId, UserId};
use usher_domain::time::Timestamp;

statements! {
    // One dispatcher at a time across all instances. SQLite has one writer anyway.
    ALONE = "select 1", postgres "select 1 from (select pg_advisory_xact_lock(5570001)) as held";
    // `seq > 0` is always true; it makes SQLite search the index of pending events instead of walking it. An event of
    // a client belongs to the client's project, even where it names none.
    PENDING = "select e.seq, e.id, e.kind, e.at, e.user_id, e.session_id, e.client_id, e.grant_id, coalesce(e.project_id, c.project_id) as project_id, e.data from event e left join client c on c.id = e.client_id where not e.told and e.seq > 0 order by e.seq limit $1";
    ANY_PENDING = "select seq from event where not told and seq > 0 order by seq limit 1";
    ANY_PENDING_OF_USER = "select seq from event where not told and seq > 0 and user_id = $1 order by seq limit 1";
    MARK_DISPATCHED = "update event set told = true where seq = $1";
    // Only if the data is still what was read: an event that was erased meanwhile stays erased.
    MARK_DISPATCHED_KEEPING = "update event set told = true, data = case when data = $3 then $2 else data end where seq = $1";
}

/// An event with its position in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingEvent {
    /// Its position.
    pub seq: i64,
    /// The event.
    pub event: Event,
}

#[derive(sqlx::FromRow)]
struct PendingRow {
    seq: i64,
    id: Uuid,
    kind: String,
    at: i64,
    user_id: Option<Uuid>,
    session_id: Option<Uuid>,
    client_id: Option<String>,
    grant_id: Option<Uuid>,
    project_id: Option<Uuid>,
    data: JsonColumn<serde_json::Map<String, serde_json::Value>>,
}

impl PendingEvent {
    fn read(row: PendingRow, events: EventCatalogue) -> Result<Self> {
        let kind = events.find(&row.kind).ok_or_else(|| unreadable("event", "kind", row.id))?;
        let event = Event {
            id: EventId(row.id),
            kind,
            at: Timestamp(row.at),
            user_id: row.user_id.map(UserId),
            session_id: row.session_id.map(SessionId),
            client_id: row.client_id.map(ClientId),
            grant_id: row.grant_id.map(GrantId),
            project_id: row.project_id.map(ProjectId),
            data: row.data.read("event", "data", row.id)?,
        };
        Ok(Self { seq: row.seq, event })
    }
}

impl Tx {
    /// Takes the next pending events, oldest first. No other transaction takes any until this one ends.
    pub async fn take_pending_events(&mut self, size: u32, events: EventCatalogue) -> Result<Vec<PendingEvent>> {
        let _: i32 = on_tx!(self, ALONE, |conn, sql| sqlx::query_scalar(sql).fetch_one(conn))?;
        let rows: Vec<PendingRow> =
            on_tx!(self, PENDING, |conn, sql| sqlx::query_as(sql).bind(i64::from(size)).fetch_all(conn))?;
        rows.into_iter().map(|row| PendingEvent::read(row, events)).collect()
    }

    /// Marks an event as dispatched, and removes the data that only its readers needed.
    pub async fn mark_dispatched(&mut self, pending: &PendingEvent) -> Result<()> {
        match pending.event.kept_data() {
            None => run!(self, MARK_DISPATCHED, |sql| sqlx::query(sql).bind(pending.seq)),
            Some(kept) => run!(self, MARK_DISPATCHED_KEEPING, |sql| sqlx::query(sql)
                .bind(pending.seq)
                .bind(Json(&kept))
                .bind(Json(&pending.event.data))),
        }
        .map(drop)
    }
}

impl Store {
    /// Is there an event that was not dispatched yet?
    pub async fn has_pending_events(&self) -> Result<bool> {
        let seq: Option<i64> = on!(&self.db, ANY_PENDING, |conn, sql| sqlx::query_scalar(sql).fetch_optional(conn))?;
        Ok(seq.is_some())
    }

    /// Is there an event of this user that was not dispatched yet?
    pub async fn has_pending_events_of(&self, user: UserId) -> Result<bool> {
        let seq: Option<i64> =
            on!(&self.db, ANY_PENDING_OF_USER, |conn, sql| sqlx::query_scalar(sql).bind(user.0).fetch_optional(conn))?;
        Ok(seq.is_some())
    }
}
