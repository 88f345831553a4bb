//! The event log: one row for each event, never changed.

pub mod counters;
pub mod emails;
pub mod erasures;
pub mod feed;
pub mod history;
pub mod log;
pub mod outgoing;
pub mod reading;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::db::statements;
use crate::row::{Columns, FromRow};
use crate::{EventOrigin, Result, Store, Tx};
use usher_domain::event::Event;
use usher_domain::id::{ClientId, SessionId, UserId};
use usher_domain::page::{Cursor, MAX_PAGE, Page};
use usher_domain::time::Timestamp;

/// The data of an event of the table `event`, after whether it is hidden: of a deleted user's events only their
/// existence is shown.
const DATA: &str =
    "kind <> 'user.deleted' and exists (select 1 from erasure where erasure.user_id = event.user_id), data";
/// The columns of a [`LoggedEvent`].
const LOGGED: &str = "id, kind, at, client_id";

/// Reads [`DATA`].
fn data_unless_erased(columns: &mut Columns<'_>) -> Result<Map<String, Value>> {
    let erased: bool = columns.take("erased")?;
    if erased {
        columns.skip("data");
        return Ok(Map::new());
    }
    columns.take("data")
}

impl FromRow for LoggedEvent {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        columns.of("event");
        Ok(Self {
            id: columns.take("id")?,
            kind: columns.take("kind")?,
            at: columns.take("at")?,
            client_id: columns.take("client_id")?,
            data: data_unless_erased(columns)?,
        })
    }
}

impl FromRow for ShownEvent {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self {
            event: LoggedEvent::from_row(columns)?,
            session_id: columns.take("session_id")?,
            user_agent: columns.take("user_agent")?,
            source: columns.take("source")?,
        })
    }
}

statements! {
    with LOGGED, DATA;

    APPEND = "
        insert into event (
            id, kind, at, user_id, session_id, client_id, grant_id, project_id, data, actor, source, trace_id
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    ";
    LIST_OF_USER = "
        select {LOGGED}, {DATA}
        from event
        where user_id = $1 and id < $2
        order by id desc
        limit $3 + 0
    ";
    // The wanted kinds come as ",one,two,", a list that both databases can search.
    LIST_SHOWN = "
        select {e.LOGGED}, false as erased, e.data, e.session_id, s.user_agent, s.source
        from event e
        left join session s on s.id = e.session_id
        where e.user_id = $1 and e.id < $2 and $3 like '%,' || e.kind || ',%'
        order by e.id desc
        limit $4 + 0
    ";
    LIST_OF_CLIENT = "
        select {LOGGED}, {DATA}
        from event
        where client_id = $1 and id < $2
        order by id desc
        limit $3 + 0
    ";
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
    pub data: Map<String, Value>,
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

impl Tx {
    /// Appends an event, with its origin.
    pub async fn append(&mut self, event: &Event) -> Result<()> {
        let origin = EventOrigin::current();
        self.appends(event.kind);
        self.query(APPEND)
            .bind(event.id)
            .bind(event.kind)
            .bind(event.at)
            .bind(event.user_id)
            .bind(event.session_id)
            .bind(&event.client_id)
            .bind(event.grant_id)
            .bind(event.project_id)
            .bind(&event.data)
            .bind(origin.actor_of(event))
            .bind(&origin.source)
            .bind(origin.trace_id)
            .done()
            .await
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
        let kinds = format!(",{},", kinds.join(","));
        let before = before.unwrap_or(Cursor(Uuid::max()));
        let query = self.query(LIST_SHOWN).bind(user).bind(before).bind(&kinds);
        query.page(size, |shown: &ShownEvent| shown.event.id).await
    }

    /// The newest events of a user, newest first.
    pub async fn list_events_of_user(&self, user: UserId, size: u32) -> Result<Vec<LoggedEvent>> {
        let size = size.clamp(1, MAX_PAGE);
        self.query(LIST_OF_USER).bind(user).bind(Uuid::max()).bind(size).all().await
    }

    /// The newest events of a client, newest first.
    pub async fn list_events_of_client(&self, client: &ClientId, size: u32) -> Result<Vec<LoggedEvent>> {
        let size = size.clamp(1, MAX_PAGE);
        self.query(LIST_OF_CLIENT).bind(client).bind(Uuid::max()).bind(size).all().await
    }
}
