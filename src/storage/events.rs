//! The log: one row a fact, never changed.

use sqlx::types::Json;
use uuid::Uuid;

use super::db::{on, run, statements};
use super::row::JsonColumn;
use super::{Result, StorageError, Store, Tx};
use crate::domain::event::Event;
use crate::domain::id::{ClientId, UserId};
use crate::domain::page::MAX_PAGE;
use crate::domain::time::Timestamp;

statements! {
    APPEND = "insert into event (id, kind, at, user_id, session_id, client_id, grant_id, project_id, data) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    LIST_OF_USER = "select id, kind, at, client_id, data from event where user_id = $1 and id < $2 order by id desc limit $3";
    LIST_OF_CLIENT = "select id, kind, at, client_id, data from event where client_id = $1 and id < $2 order by id desc limit $3";
}

/// A fact as it is read back.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedEvent {
    /// Its name.
    pub id: Uuid,
    /// What happened, as [`crate::domain::event::EventKind::as_str`] wrote it.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// By or to which client.
    pub client_id: Option<ClientId>,
    /// What else was said.
    pub data: serde_json::Map<String, serde_json::Value>,
}

#[derive(sqlx::FromRow)]
struct EventRow {
    id: Uuid,
    kind: String,
    at: i64,
    client_id: Option<String>,
    data: JsonColumn<serde_json::Map<String, serde_json::Value>>,
}

impl TryFrom<EventRow> for LoggedEvent {
    type Error = StorageError;
    fn try_from(row: EventRow) -> Result<Self> {
        Ok(Self {
            id: row.id,
            kind: row.kind,
            at: Timestamp(row.at),
            client_id: row.client_id.map(ClientId),
            data: row.data.read("event", "data", row.id)?,
        })
    }
}

impl Tx<'_> {
    /// Appends a fact.
    pub async fn append(&mut self, event: &Event) -> Result<()> {
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
    /// The newest facts about a user, newest first.
    pub async fn list_events_of_user(&self, user: UserId, size: u32) -> Result<Vec<LoggedEvent>> {
        let size = i64::from(size.clamp(1, MAX_PAGE));
        let rows: Vec<EventRow> = on!(&self.db, LIST_OF_USER, |conn, sql| sqlx::query_as(sql)
            .bind(user.0)
            .bind(Uuid::max())
            .bind(size)
            .fetch_all(conn))?;
        rows.into_iter().map(LoggedEvent::try_from).collect()
    }

    /// The newest facts about a client, newest first.
    pub async fn list_events_of_client(&self, client: &ClientId, size: u32) -> Result<Vec<LoggedEvent>> {
        let size = i64::from(size.clamp(1, MAX_PAGE));
        let rows: Vec<EventRow> = on!(&self.db, LIST_OF_CLIENT, |conn, sql| sqlx::query_as(sql)
            .bind(&client.0)
            .bind(Uuid::max())
            .bind(size)
            .fetch_all(conn))?;
        rows.into_iter().map(LoggedEvent::try_from).collect()
    }
}
