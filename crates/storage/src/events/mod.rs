//! The event log: one row for each event, never changed.

pub mod emails;
pub mod erasures;
pub mod feed;
pub mod history;
pub mod log;
pub mod outgoing;
pub mod reading;

use sqlx::types::Json;
use uuid::Uuid;

use crate::db::{on, run, statements};
use crate::row::JsonColumn;
use crate::{Result, StorageError, Store, Tx};
use usher_domain::event::Event;
use usher_domain::id::{ClientId, SessionId, UserId};
use usher_domain::page::{Cursor, MAX_PAGE, Page};
use usher_domain::time::Timestamp;

statements! {
    APPEND = "insert into event (id, kind, at, user_id, session_id, client_id, grant_id, project_id, data) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    // Of a deleted user's events only their existence is shown.
    LIST_OF_USER = "select id, kind, at, client_id, data, kind <> 'user.deleted' and exists (select 1 from erasure x where x.user_id = event.user_id) as erased from event where user_id = $1 and id < $2 order by id desc limit $3";
    // The wanted kinds come as ",one,two,", a list that both databases can search.
    LIST_SHOWN = "select e.id, e.kind, e.at, e.client_id, e.session_id, e.data, false as erased, s.user_agent, s.source from event e left join session s on s.id = e.session_id where e.user_id = $1 and e.id < $2 and $3 like '%,' || e.kind || ',%' order by e.id desc limit $4";
    LIST_OF_CLIENT = "select id, kind, at, client_id, data, kind <> 'user.deleted' and exists (select 1 from erasure x where x.user_id = event.user_id) as erased from event where client_id = $1 and id < $2 order by id desc limit $3";
}

/// An event as it is read back.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedEvent {
    /// Its id.
    pub id: Uuid,
    /// The kind, as [`usher_domain::event::EventKind::as_str`] wrote it.
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
    /// The client it concerns.
    pub client_id: Option<ClientId>,
    /// Other data.
    pub data: serde_json::Map<String, serde_json::Value>,
}

/// An event as its user sees it, with the browser that it happened in.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownEvent {
    /// The event.
    pub event: LoggedEvent,
    /// The session it happened in.
    pub session_id: Option<SessionId>,
    /// The browser's `User-Agent`.
    pub user_agent: Option<String>,
    /// The network.
    pub source: Option<String>,
}

#[derive(sqlx::FromRow)]
struct ShownRow {
    #[sqlx(flatten)]
    event: LoggedEventRow,
    session_id: Option<Uuid>,
    user_agent: Option<String>,
    source: Option<String>,
}

impl TryFrom<ShownRow> for ShownEvent {
    type Error = StorageError;
    fn try_from(row: ShownRow) -> Result<Self> {
        Ok(Self {
            event: row.event.try_into()?,
            session_id: row.session_id.map(SessionId),
            user_agent: row.user_agent,
            source: row.source,
        })
    }
}

#[derive(sqlx::FromRow)]
struct LoggedEventRow {
    id: Uuid,
    kind: String,
    at: i64,
    client_id: Option<String>,
    data: JsonColumn<serde_json::Map<String, serde_json::Value>>,
    erased: bool,
}

impl TryFrom<LoggedEventRow> for LoggedEvent {
    type Error = StorageError;
    fn try_from(row: LoggedEventRow) -> Result<Self> {
        Ok(Self {
            id: row.id,
            kind: row.kind,
            at: Timestamp(row.at),
            client_id: row.client_id.map(ClientId),
            data: if row.erased { serde_json::Map::new() } else { row.data.read("event", "data", row.id)? },
        })
    }
}

impl Tx {
    /// Appends an event.
    pub async fn append(&mut self, event: &Event) -> Result<()> {
        self.appends(event.kind);
        run!(self, APPEND, |sql| sqlx::query(sql)
            .bind(event.id.0)
            .bind(event.kind.as_str())
            .bind(event.at.0)
            .bind(event.user_id.map(|id| id.0))
            .bind(event.session_id.map(|id| id.0))
            .bind(event.client_id.as_ref().map(|id| id.0.as_str()))
            .bind(event.grant_id.map(|id| id.0))
            .bind(event.project_id.map(|id| id.0))
            .bind(Json(&event.data)))
        .map(drop)
    }
}

impl Store {
    /// The events of a user of these kinds that are older than a cursor, newest first.
    pub async fn list_shown_events(
        &self,
        user: UserId,
        kinds: &[&str],
        before: Option<Cursor>,
        size: u32,
    ) -> Result<Page<ShownEvent>> {
        let size = size.clamp(1, MAX_PAGE);
        let kinds = format!(",{},", kinds.join(","));
        let before = before.map_or(Uuid::max(), |cursor| cursor.0);
        let rows: Vec<ShownRow> = on!(&self.db, LIST_SHOWN, |conn, sql| sqlx::query_as(sql)
            .bind(user.0)
            .bind(before)
            .bind(&kinds)
            .bind(i64::from(size) + 1)
            .fetch_all(conn))?;
        let events = rows.into_iter().map(ShownEvent::try_from).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(events, size, |shown| shown.event.id))
    }

    /// The newest events of a user, newest first.
    pub async fn list_events_of_user(&self, user: UserId, size: u32) -> Result<Vec<LoggedEvent>> {
        let size = i64::from(size.clamp(1, MAX_PAGE));
        let rows: Vec<LoggedEventRow> = on!(&self.db, LIST_OF_USER, |conn, sql| sqlx::query_as(sql)
            .bind(user.0)
            .bind(Uuid::max())
            .bind(size)
            .fetch_all(conn))?;
        rows.into_iter().map(LoggedEvent::try_from).collect()
    }

    /// The newest events of a client, newest first.
    pub async fn list_events_of_client(&self, client: &ClientId, size: u32) -> Result<Vec<LoggedEvent>> {
        let size = i64::from(size.clamp(1, MAX_PAGE));
        let rows: Vec<LoggedEventRow> = on!(&self.db, LIST_OF_CLIENT, |conn, sql| sqlx::query_as(sql)
            .bind(&client.0)
            .bind(Uuid::max())
            .bind(size)
            .fetch_all(conn))?;
        rows.into_iter().map(LoggedEvent::try_from).collect()
    }
}
