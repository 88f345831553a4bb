//! The event log for administrators: paged and filtered.

use std::cmp::Reverse;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::db::{Sql, statements};
use crate::events::{DATA, data_unless_erased};
use crate::query::Query;
use crate::row::{Columns, FromRow};
use crate::{Result, Store};
use usher_domain::event::actor::EventActor;
use usher_domain::id::{ClientId, GrantId, ProjectId, SessionId, UserId};
use usher_domain::page::{Cursor, Page};
use usher_domain::time::Timestamp;

/// The columns of a [`AuditEvent`].
const AUDIT_EVENT: &str =
    "id, kind, at, user_id, session_id, client_id, grant_id, project_id, actor, source, trace_id, seq";
/// What every event of a search fulfils. The kinds come as `,one,two,`; an empty text means any.
const WANTED: &str = "id < $1 and id >= $2 and id < $3 and ($4 = '' or $4 like '%,' || kind || ',%') \
     and (user_id = $5 or actor = $6 or $5 is null and $6 is null) and (client_id = $7 or $7 is null) \
     and (project_id = $8 or $8 is null) and (source = $9 or $9 is null) and (trace_id = $10 or $10 is null)";

/// Events in one part of an export.
const EXPORT_PART: u32 = 1000;

impl FromRow for AuditEvent {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        columns.of("event");
        let event = Self {
            id: columns.take("id")?,
            kind: columns.take("kind")?,
            at: columns.take("at")?,
            user_id: columns.take("user_id")?,
            session_id: columns.take("session_id")?,
            client_id: columns.take("client_id")?,
            grant_id: columns.take("grant_id")?,
            project_id: columns.take("project_id")?,
            actor: columns.take("actor")?,
            source: columns.take("source")?,
            trace_id: columns.take("trace_id")?,
            seq: columns.take("seq")?,
            data: Map::new(),
        };
        let is_erased: bool = columns.peek("erased")?;
        let data = data_unless_erased(columns)?;
        Ok(Self { source: event.source.filter(|_| !is_erased), data, ..event })
    }
}

// Each query names the index by which the rows are found.
statements! {
    with AUDIT_EVENT, DATA, WANTED;

    LIST = "
        select {AUDIT_EVENT}, {DATA}
        from event
        where {WANTED}
        order by id desc
        limit $11 + 0
    ";
    FIND = "
        select {AUDIT_EVENT}, {DATA}
        from event
        where id = $1
    ";
    LIST_OF_KIND = "
        select {AUDIT_EVENT}, {DATA}
        from event
        where kind = trim($4, ',') and {WANTED}
        order by id desc
        limit $11 + 0
    ";
    // What a user did, or what concerns the user.
    LIST_OF_USER = "
        select {AUDIT_EVENT}, {DATA}
        from (
            select *
            from (
                select *
                from event
                where user_id = $5 and {WANTED}
                order by id desc
                limit $11 + 0
            ) as concerning
            union all
            select *
            from (
                select *
                from event
                where actor = $6 and (user_id is null or user_id <> $5) and {WANTED}
                order by id desc
                limit $11 + 0
            ) as caused
        ) as event
        order by id desc
        limit $11 + 0
    ";
    LIST_OF_ACTOR = "
        select {AUDIT_EVENT}, {DATA}
        from event
        where actor = $6 and {WANTED}
        order by id desc
        limit $11 + 0
    ";
    LIST_OF_CLIENT = "
        select {AUDIT_EVENT}, {DATA}
        from event
        where client_id = $7 and {WANTED}
        order by id desc
        limit $11 + 0
    ";
    LIST_OF_PROJECT = "
        select {AUDIT_EVENT}, {DATA}
        from event
        where project_id = $8 and {WANTED}
        order by id desc
        limit $11 + 0
    ";
    LIST_OF_SOURCE = "
        select {AUDIT_EVENT}, {DATA}
        from event
        where source = $9 and {WANTED}
        order by id desc
        limit $11 + 0
    ";
    LIST_OF_TRACE = "
        select {AUDIT_EVENT}, {DATA}
        from event
        where trace_id = $10 and {WANTED}
        order by id desc
        limit $11 + 0
    ";
}

/// Who caused the events to search for, or whom they concern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// What this user did, and what concerns this user.
    User(UserId),
    /// What a client, a project's token, or the command line did.
    Other(EventActor),
}

/// Search criteria; every one of them must be met.
#[derive(Debug, Clone)]
pub struct Search {
    pub who: Option<Who>,
    pub client: Option<ClientId>,
    pub project: Option<ProjectId>,
    /// The network, as it is recorded.
    pub source: Option<String>,
    pub trace_id: Option<Uuid>,
    /// The kinds; any if empty.
    pub kinds: Vec<String>,
    /// Earliest time, inclusive.
    pub since: Timestamp,
    /// Latest time, exclusive.
    pub until: Timestamp,
    /// Continues before this cursor; from the newest event if absent.
    pub before: Option<Cursor>,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            who: None,
            client: None,
            project: None,
            source: None,
            trace_id: None,
            kinds: Vec::new(),
            since: Timestamp(0),
            until: Timestamp(i64::MAX),
            before: None,
        }
    }
}

/// An event with all its columns.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEvent {
    /// Its id.
    pub id: Uuid,
    /// The kind.
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
    /// The user it concerns.
    pub user_id: Option<UserId>,
    /// The session it happened in.
    pub session_id: Option<SessionId>,
    /// The client it concerns.
    pub client_id: Option<ClientId>,
    /// The grant it concerns.
    pub grant_id: Option<GrantId>,
    /// The project it happened in.
    pub project_id: Option<ProjectId>,
    /// Who caused it, if that was not its user.
    pub actor: Option<EventActor>,
    /// The network of the request that caused it.
    pub source: Option<String>,
    /// The trace id of that request.
    pub trace_id: Option<Uuid>,
    /// Its position in the log.
    pub seq: i64,
    /// Other data.
    pub data: Map<String, Value>,
}

/// The lowest event id of a moment: ids are UUIDs that begin with the time (RFC 9562 §5.7).
pub(crate) fn first_at(moment: Timestamp) -> Uuid {
    let millis = u64::try_from(moment.0).unwrap_or(0).saturating_mul(1000).min((1 << 48) - 1);
    Uuid::from_u128(u128::from(millis) << 80)
}

impl Search {
    /// The statement by whose index the fewest rows are read.
    const fn statement(&self) -> Sql {
        match self {
            Self { trace_id: Some(_), .. } => LIST_OF_TRACE,
            Self { who: Some(Who::User(_)), .. } => LIST_OF_USER,
            Self { who: Some(Who::Other(_)), .. } => LIST_OF_ACTOR,
            Self { source: Some(_), .. } => LIST_OF_SOURCE,
            Self { client: Some(_), .. } => LIST_OF_CLIENT,
            Self { project: Some(_), .. } => LIST_OF_PROJECT,
            Self { .. } if self.kinds.len() == 1 => LIST_OF_KIND,
            Self { .. } => LIST,
        }
    }
}

/// Ids order events by the second. Those of one second have the order in which they were written.
fn in_order(mut page: Page<AuditEvent>) -> Page<AuditEvent> {
    page.items.sort_by_key(|event| Reverse((event.at, event.seq)));
    page
}

impl Store {
    /// Events, newest first.
    pub async fn search_log(&self, search: &Search, size: u32) -> Result<Page<AuditEvent>> {
        self.search(search).page(size, |event: &AuditEvent| event.id).await.map(in_order)
    }

    /// A part of an export, newest first: up to 1000 events, and where it goes on.
    pub async fn export_log(&self, search: &Search) -> Result<Page<AuditEvent>> {
        let events = self.search(search).bind(EXPORT_PART + 1).all().await?;
        Ok(in_order(Page::cut(events, EXPORT_PART, |event: &AuditEvent| event.id)))
    }

    /// One event.
    pub async fn find_event(&self, id: Uuid) -> Result<Option<AuditEvent>> {
        self.query(FIND).bind(id).optional().await
    }

    /// The query, without the number of rows.
    fn search(&self, search: &Search) -> Query<'_> {
        let kinds = if search.kinds.is_empty() { String::new() } else { format!(",{},", search.kinds.join(",")) };
        let (user, actor) = match &search.who {
            None => (None, None),
            Some(Who::User(user)) => (Some(*user), Some(EventActor::User(*user))),
            Some(Who::Other(actor)) => (None, Some(actor.clone())),
        };
        self.query(search.statement())
            .bind(search.before.unwrap_or(Cursor(Uuid::max())))
            .bind(first_at(search.since))
            .bind(first_at(search.until))
            .bind(&kinds)
            .bind(user)
            .bind(actor)
            .bind(&search.client)
            .bind(search.project)
            .bind(&search.source)
            .bind(search.trace_id)
    }
}
