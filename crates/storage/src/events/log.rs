//! The event log for administrators: paged, filtered by user, client, project and kind, and counted.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::db::statements;
use crate::events::{DATA, data_unless_erased};
use crate::row::{Columns, FromRow, row};
use crate::{Result, Store};
use usher_domain::id::{ClientId, GrantId, ProjectId, SessionId, UserId};
use usher_domain::page::{Cursor, Page};
use usher_domain::time::Timestamp;

/// The columns of a [`AuditEvent`].
const AUDIT_EVENT: &str = "id, kind, at, user_id, session_id, client_id, grant_id, project_id";

impl FromRow for AuditEvent {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        columns.of("event");
        Ok(Self {
            id: columns.take("id")?,
            kind: columns.take("kind")?,
            at: columns.take("at")?,
            user_id: columns.take("user_id")?,
            session_id: columns.take("session_id")?,
            client_id: columns.take("client_id")?,
            grant_id: columns.take("grant_id")?,
            project_id: columns.take("project_id")?,
            data: data_unless_erased(columns)?,
        })
    }
}

row! {
    SIGN_INS_OF_DAY: SignInsOfDay of "event" { first_at = "min(at)", kind, times = "count(*)" }
}

// Each query names the index by which the rows are found; an empty kind means any.
statements! {
    with AUDIT_EVENT, DATA, SIGN_INS_OF_DAY;

    LIST = "
        select {AUDIT_EVENT}, {DATA}
        from event
        where id < $1 and id >= $2 and ($3 = '' or kind = $3)
        order by id desc
        limit $4 + 0
    ";
    LIST_OF_USER = "
        select {AUDIT_EVENT}, {DATA}
        from event
        where user_id = $4 and id < $1 and id >= $2 and ($3 = '' or kind = $3)
        order by id desc
        limit $5 + 0
    ";
    LIST_OF_CLIENT = "
        select {AUDIT_EVENT}, {DATA}
        from event
        where client_id = $4 and id < $1 and id >= $2 and ($3 = '' or kind = $3)
        order by id desc
        limit $5 + 0
    ";
    LIST_OF_PROJECT = "
        select {AUDIT_EVENT}, {DATA}
        from event
        where project_id = $4 and id < $1 and id >= $2 and ($3 = '' or kind = $3)
        order by id desc
        limit $5 + 0
    ";
    SIGN_INS = "
        select {SIGN_INS_OF_DAY}
        from event
        where id >= $1
          and kind in ('session.created', 'session.reauthenticated', 'session.sign_in_failed')
        group by at / 86400, kind
        order by at / 86400, kind
    ";
    MEANS = "
        select data, count(*) as times
        from event
        where id >= $1 and kind in ('session.created', 'session.reauthenticated')
        group by data
        order by times desc
        limit 100
    ";
    // The unary plus keeps SQLite from walking the index of users.
    ACTIVE = "
        select count(distinct +user_id)
        from event
        where id >= $1
          and kind in ('session.created', 'session.reauthenticated', 'grant.created', 'access.used')
    ", postgres "
        select count(distinct user_id)
        from event
        where id >= $1
          and kind in ('session.created', 'session.reauthenticated', 'grant.created', 'access.used')
    ";
    TOP_CLIENTS = "
        select client_id, count(*) as times
        from event
        where id >= $1 and kind = 'grant.created' and client_id is not null
        group by client_id
        order by times desc, client_id
        limit 10
    ";
}

/// The subject of the events to search for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// Any.
    Everything,
    /// A user.
    User(UserId),
    /// A client.
    Client(ClientId),
    /// A project.
    Project(ProjectId),
}

/// Search criteria.
#[derive(Debug, Clone)]
pub struct Search {
    /// The subject.
    pub about: About,
    /// The kind; any if empty.
    pub kind: String,
    /// Earliest time, inclusive.
    pub since: Timestamp,
    /// Continues before this cursor; from the newest event if absent.
    pub before: Option<Cursor>,
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
    /// Other data.
    pub data: Map<String, Value>,
}

/// A count of sign-ins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInsOfDay {
    /// When the first of them was, in seconds since the epoch, which determines the day.
    pub first_at: i64,
    /// The event kind.
    pub kind: String,
    /// The count.
    pub times: i64,
}

/// The lowest event id of a moment: ids are UUIDs that begin with the time (RFC 9562 §5.7).
fn first_at(moment: Timestamp) -> Uuid {
    let millis = u64::try_from(moment.0).unwrap_or(0).saturating_mul(1000).min((1 << 48) - 1);
    Uuid::from_u128(u128::from(millis) << 80)
}

impl Store {
    /// Events, newest first.
    pub async fn search_log(&self, search: &Search, size: u32) -> Result<Page<AuditEvent>> {
        let sql = match &search.about {
            About::Everything => LIST,
            About::User(_) => LIST_OF_USER,
            About::Client(_) => LIST_OF_CLIENT,
            About::Project(_) => LIST_OF_PROJECT,
        };
        let before = search.before.unwrap_or(Cursor(Uuid::max()));
        let query = self.query(sql).bind(before).bind(first_at(search.since)).bind(&search.kind);
        let query = match &search.about {
            About::Everything => query,
            About::User(id) => query.bind(id),
            About::Client(id) => query.bind(id),
            About::Project(id) => query.bind(id),
        };
        query.page(size, |event: &AuditEvent| event.id).await
    }

    /// Sign-ins since a moment, by day and kind.
    pub async fn count_sign_ins(&self, since: Timestamp) -> Result<Vec<SignInsOfDay>> {
        self.query(SIGN_INS).bind(first_at(since)).all().await
    }

    /// Authentication methods of sign-ins since a moment, joined by `+`, with their counts.
    pub async fn count_means(&self, since: Timestamp) -> Result<Vec<(String, i64)>> {
        let counts: Vec<(Map<String, Value>, i64)> = self.query(MEANS).bind(first_at(since)).all().await?;
        let read = |(data, times): (Map<String, Value>, i64)| {
            let means = data.get("amr").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let means: Vec<&str> = means.iter().filter_map(Value::as_str).collect();
            (means.join("+"), times)
        };
        Ok(counts.into_iter().map(read).collect())
    }

    /// The number of users with activity since a moment.
    pub async fn count_active_users(&self, since: Timestamp) -> Result<i64> {
        self.query(ACTIVE).bind(first_at(since)).one().await
    }

    /// The ten clients with the most grants since a moment.
    pub async fn top_clients(&self, since: Timestamp) -> Result<Vec<(String, i64)>> {
        self.query(TOP_CLIENTS).bind(first_at(since)).all().await
    }
}
