//! The event log for administrators: paged, filtered by user, client, project and kind, and counted.

use uuid::Uuid;

use crate::db::{on, statements};
use crate::row::JsonColumn;
use crate::{Result, StorageError, Store};
use usher_domain::id::{ClientId, GrantId, ProjectId, SessionId, UserId};
use usher_domain::page::{Cursor, MAX_PAGE, Page};
use usher_domain::time::Timestamp;

// Each query names the index by which the rows are found; an empty kind means any. Of a deleted user's events only
// their existence is shown.
statements! {
    LIST = "select id, kind, at, user_id, session_id, client_id, grant_id, project_id, data, kind <> 'user.deleted' and exists (select 1 from erasure x where x.user_id = event.user_id) as erased from event where id < $1 and id >= $2 and ($3 = '' or kind = $3) order by id desc limit $4";
    LIST_OF_USER = "select id, kind, at, user_id, session_id, client_id, grant_id, project_id, data, kind <> 'user.deleted' and exists (select 1 from erasure x where x.user_id = event.user_id) as erased from event where user_id = $5 and id < $1 and id >= $2 and ($3 = '' or kind = $3) order by id desc limit $4";
    LIST_OF_CLIENT = "select id, kind, at, user_id, session_id, client_id, grant_id, project_id, data, kind <> 'user.deleted' and exists (select 1 from erasure x where x.user_id = event.user_id) as erased from event where client_id = $5 and id < $1 and id >= $2 and ($3 = '' or kind = $3) order by id desc limit $4";
    LIST_OF_PROJECT = "select id, kind, at, user_id, session_id, client_id, grant_id, project_id, data, kind <> 'user.deleted' and exists (select 1 from erasure x where x.user_id = event.user_id) as erased from event where project_id = $5 and id < $1 and id >= $2 and ($3 = '' or kind = $3) order by id desc limit $4";
    SIGN_INS = "select min(at) as first_at, kind, count(*) as times from event where id >= $1 and kind in ('session.created', 'session.reauthenticated', 'session.sign_in_failed') group by at / 86400, kind order by at / 86400, kind";
    MEANS = "select data, count(*) as times from event where id >= $1 and kind in ('session.created', 'session.reauthenticated') group by data order by times desc limit 100";
    // The unary plus keeps SQLite from walking the index of users.
    ACTIVE = "select count(distinct +user_id) from event where id >= $1 and kind in ('session.created', 'session.reauthenticated', 'grant.created', 'access.used')", postgres "select count(distinct user_id) from event where id >= $1 and kind in ('session.created', 'session.reauthenticated', 'grant.created', 'access.used')";
    TOP_CLIENTS = "select client_id, count(*) as times from event where id >= $1 and kind = 'grant.created' and client_id is not null group by client_id order by times desc, client_id limit 10";
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
    pub data: serde_json::Map<String, serde_json::Value>,
}

#[derive(sqlx::FromRow)]
struct LogRow {
    id: Uuid,
    kind: String,
    at: i64,
    user_id: Option<Uuid>,
    session_id: Option<Uuid>,
    client_id: Option<String>,
    grant_id: Option<Uuid>,
    project_id: Option<Uuid>,
    data: JsonColumn<serde_json::Map<String, serde_json::Value>>,
    erased: bool,
}

impl TryFrom<LogRow> for AuditEvent {
    type Error = StorageError;
    fn try_from(row: LogRow) -> Result<Self> {
        Ok(Self {
            id: row.id,
            kind: row.kind,
            at: Timestamp(row.at),
            user_id: row.user_id.map(UserId),
            session_id: row.session_id.map(SessionId),
            client_id: row.client_id.map(ClientId),
            grant_id: row.grant_id.map(GrantId),
            project_id: row.project_id.map(ProjectId),
            data: if row.erased { serde_json::Map::new() } else { row.data.read("event", "data", row.id)? },
        })
    }
}

/// A count of sign-ins.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SignInsOfDay {
    /// When the first of them was, in seconds since the epoch, which determines the day.
    pub first_at: i64,
    /// The event kind.
    pub kind: String,
    /// The count.
    pub times: i64,
}

#[derive(sqlx::FromRow)]
struct MeansRow {
    data: JsonColumn<serde_json::Map<String, serde_json::Value>>,
    times: i64,
}

/// The lowest event id of a moment: ids are UUIDs that begin with the time (RFC 9562 §5.7).
fn first_at(moment: Timestamp) -> Uuid {
    let millis = u64::try_from(moment.0).unwrap_or(0).saturating_mul(1000).min((1 << 48) - 1);
    Uuid::from_u128(u128::from(millis) << 80)
}

impl Store {
    /// Events, newest first.
    pub async fn search_log(&self, search: &Search, size: u32) -> Result<Page<AuditEvent>> {
        let size = size.clamp(1, MAX_PAGE);
        let (before, since) = (search.before.map_or(Uuid::max(), |cursor| cursor.0), first_at(search.since));
        let limit = i64::from(size) + 1;
        macro_rules! find {
            ($sql:expr $(, $whose:expr)?) => {
                on!(&self.db, $sql, |conn, sql| sqlx::query_as(sql)
                    .bind(before)
                    .bind(since)
                    .bind(&search.kind)
                    .bind(limit)
                    $(.bind($whose))?
                    .fetch_all(conn))
            };
        }
        let rows: Vec<LogRow> = match &search.about {
            About::Everything => find!(LIST),
            About::User(id) => find!(LIST_OF_USER, id.0),
            About::Client(id) => find!(LIST_OF_CLIENT, &id.0),
            About::Project(id) => find!(LIST_OF_PROJECT, id.0),
        }?;
        let events = rows.into_iter().map(AuditEvent::try_from).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(events, size, |event| event.id))
    }

    /// Sign-ins since a moment, by day and kind.
    pub async fn count_sign_ins(&self, since: Timestamp) -> Result<Vec<SignInsOfDay>> {
        on!(&self.db, SIGN_INS, |conn, sql| sqlx::query_as(sql).bind(first_at(since)).fetch_all(conn))
    }

    /// Authentication methods of sign-ins since a moment, joined by `+`, with their counts.
    pub async fn count_means(&self, since: Timestamp) -> Result<Vec<(String, i64)>> {
        let rows: Vec<MeansRow> =
            on!(&self.db, MEANS, |conn, sql| sqlx::query_as(sql).bind(first_at(since)).fetch_all(conn))?;
        let read = |row: MeansRow| {
            let data = row.data.read("event", "data", "sign-ins")?;
            let means = data.get("amr").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
            let means: Vec<&str> = means.iter().filter_map(serde_json::Value::as_str).collect();
            Ok((means.join("+"), row.times))
        };
        rows.into_iter().map(read).collect()
    }

    /// The number of users with activity since a moment.
    pub async fn count_active_users(&self, since: Timestamp) -> Result<i64> {
        on!(&self.db, ACTIVE, |conn, sql| sqlx::query_scalar(sql).bind(first_at(since)).fetch_one(conn))
    }

    /// The ten clients with the most grants since a moment.
    pub async fn top_clients(&self, since: Timestamp) -> Result<Vec<(String, i64)>> {
        on!(&self.db, TOP_CLIENTS, |conn, sql| sqlx::query_as(sql).bind(first_at(since)).fetch_all(conn))
    }
}
