//! The live feed: a gapless sequence of entries for each project. The counter is a column of the project's row, which
//! stays locked until the entry is durable.

use sqlx::types::Json;
use uuid::Uuid;

use crate::db::{on, on_tx, run, run_in_parts, statements};
use crate::row::{JsonColumn, unreadable};
use crate::wakeups::Wakeup;
use crate::{Result, StorageError, Store, Tx};
use usher_domain::event::feed::{EntryKind, FeedCursor, FeedEntry, RevocationEntry};
use usher_domain::id::{ClientId, ProjectId};
use usher_domain::time::Timestamp;

statements! {
    ADVANCE = "update project set feed_position = feed_position + 1 where id = $1 returning feed_position";
    INSERT = "insert into feed_entry (project_id, position, kind, value, why, at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)";
    PLACE = "select feed_epoch, feed_position from project where id = $1";
    AFTER = "select position, kind, value, why, at, expires_at from feed_entry where project_id = $1 and position > $2 order by position limit $3";
    LIVE_AFTER = "select position, kind, value, why, at, expires_at from feed_entry where project_id = $1 and position > $2 and expires_at > $3 and kind <> 'policy' order by position limit $4";
    COUNT_LIVE = "select count(*) from feed_entry where project_id = $1 and expires_at > $2";
    OLDEST = "select position from feed_entry where project_id = $1 order by position limit 1";
    FOLD = "delete from feed_entry where project_id = $1 and position in (select position from feed_entry where project_id = $1 and position < $2 limit $3)";
    SWEEP = "delete from feed_entry where (project_id, position) in (select project_id, position from feed_entry where expires_at < $1 order by expires_at limit $2)";
    // After a backup was restored, modules may hold cursors that this database never issued.
    LEAP = "update project set feed_position = case when feed_position < $2 then $2 else feed_position end + 1000, feed_epoch = $3 + 1 where id = $1 and (feed_epoch < $3 or (feed_epoch = $3 and feed_position < $2))";
    PUT_TICKET = "insert into feed_ticket (hash, project_id, client_id, credential, expires_at) values ($1, $2, $3, $4, $5)";
    TAKE_TICKET = "delete from feed_ticket where hash = $1 returning project_id, client_id, credential, expires_at";
    SWEEP_TICKETS = "delete from feed_ticket where hash in (select hash from feed_ticket where expires_at < $1 limit $2)";
    PUT_AUDIENCE = "insert into feed_audience (instance, project_id, at, subscribers) values ($1, $2, $3, $4) on conflict (project_id, instance) do update set at = excluded.at, subscribers = excluded.subscribers";
    LIST_AUDIENCE = "select instance, at, subscribers from feed_audience where project_id = $1 and at > $2 order by instance";
    SWEEP_AUDIENCE = "delete from feed_audience where (project_id, instance) in (select project_id, instance from feed_audience where at < $1 order by at limit $2) and at < $1";
    // Wakes every instance once this transaction is durable; tasks of this process are woken directly.
    RING = "select 1", postgres "select 1 from (select pg_notify('usher_rings', $1)) as rung";
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    position: i64,
    kind: String,
    value: String,
    why: String,
    at: i64,
    expires_at: i64,
}

impl TryFrom<EntryRow> for FeedEntry {
    type Error = StorageError;
    fn try_from(row: EntryRow) -> Result<Self> {
        let kind = EntryKind::from_word(&row.kind).ok_or_else(|| unreadable("feed_entry", "kind", row.position))?;
        let (at, expires_at) = (Timestamp(row.at), Timestamp(row.expires_at));
        Ok(Self {
            position: row.position,
            notice: RevocationEntry { kind, value: row.value, why: row.why, at, expires_at },
        })
    }
}

/// What a ticket gives access to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The feed of this project.
    pub project: ProjectId,
    /// The client that it was issued to; `None` for the project's token.
    pub client: Option<ClientId>,
    /// The name of the token that it was issued for: when that token ends, so does the connection.
    pub credential: String,
    /// When it expires.
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct TicketRow {
    project_id: Uuid,
    client_id: Option<String>,
    credential: String,
    expires_at: i64,
}

/// The subscribers of one instance, as it last reported them.
#[derive(Debug, Clone, PartialEq)]
pub struct Audience {
    /// The instance.
    pub instance: String,
    /// When it was reported.
    pub at: Timestamp,
    /// The connected subscribers.
    pub subscribers: serde_json::Value,
}

#[derive(sqlx::FromRow)]
struct AudienceRow {
    instance: String,
    at: i64,
    subscribers: JsonColumn<serde_json::Value>,
}

impl Tx {
    /// Appends an entry to a project's feed and returns its position; `None` if there is no such project. A
    /// transaction that appends to several feeds takes them in the order of their ids, which prevents deadlocks.
    pub async fn append_to_feed(&mut self, project: ProjectId, notice: &RevocationEntry) -> Result<Option<i64>> {
        let position: Option<i64> =
            on_tx!(self, ADVANCE, |conn, sql| sqlx::query_scalar(sql).bind(project.0).fetch_optional(conn))?;
        let Some(position) = position else { return Ok(None) };
        run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(project.0)
            .bind(position)
            .bind(notice.kind.as_str())
            .bind(&notice.value)
            .bind(&notice.why)
            .bind(notice.at.0)
            .bind(notice.expires_at.0))?;
        Ok(Some(position))
    }

    /// The number of entries of a feed that have not expired.
    pub async fn count_live_entries(&mut self, project: ProjectId, now: Timestamp) -> Result<i64> {
        on_tx!(self, COUNT_LIVE, |conn, sql| sqlx::query_scalar(sql).bind(project.0).bind(now.0).fetch_one(conn))
    }

    /// Deletes every entry before a position: a snapshot replaces them.
    pub async fn fold_feed(&mut self, project: ProjectId, before: i64) -> Result<u64> {
        Ok(run_in_parts!(self, FOLD, |sql| sqlx::query(sql).bind(project.0).bind(before)))
    }

    /// Deletes a batch of expired entries.
    pub async fn sweep_feed(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        run!(self, SWEEP, |sql| sqlx::query(sql).bind(before.0).bind(i64::from(batch)))
    }

    /// Deletes a batch of expired tickets.
    pub async fn sweep_feed_tickets(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        run!(self, SWEEP_TICKETS, |sql| sqlx::query(sql).bind(before.0).bind(i64::from(batch)))
    }

    /// Deletes a batch of audiences that no instance has reported since `before`.
    pub async fn sweep_feed_audience(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        run!(self, SWEEP_AUDIENCE, |sql| sqlx::query(sql).bind(before.0).bind(i64::from(batch)))
    }

    /// Moves the feed beyond a place that a module has seen and this database has lost, and starts a new epoch. `false`
    /// if the feed is beyond it already.
    pub async fn leap_feed(&mut self, project: ProjectId, seen: FeedCursor) -> Result<bool> {
        let epoch = i64::try_from(seen.epoch).unwrap_or(i64::MAX);
        Ok(run!(self, LEAP, |sql| sqlx::query(sql).bind(project.0).bind(seen.position).bind(epoch))? == 1)
    }

    /// Wakes the other instances once this transaction is durable.
    pub async fn wake(&mut self, ring: Wakeup) -> Result<()> {
        if self.is_sqlite() {
            return Ok(());
        }
        let _: i32 = on_tx!(self, RING, |conn, sql| sqlx::query_scalar(sql).bind(ring.encode()).fetch_one(conn))?;
        Ok(())
    }

    /// Stores a ticket under its hash.
    pub async fn put_ticket(&mut self, hash: &[u8], ticket: &Ticket) -> Result<()> {
        run!(self, PUT_TICKET, |sql| sqlx::query(sql)
            .bind(hash)
            .bind(ticket.project.0)
            .bind(ticket.client.as_ref().map(|client| client.0.as_str()))
            .bind(&ticket.credential)
            .bind(ticket.expires_at.0))
        .map(drop)
    }

    /// Takes a ticket, which can be used once.
    pub async fn take_ticket(&mut self, hash: &[u8]) -> Result<Option<Ticket>> {
        let row: Option<TicketRow> =
            on_tx!(self, TAKE_TICKET, |conn, sql| sqlx::query_as(sql).bind(hash).fetch_optional(conn))?;
        Ok(row.map(|row| Ticket {
            project: ProjectId(row.project_id),
            client: row.client_id.map(ClientId),
            credential: row.credential,
            expires_at: Timestamp(row.expires_at),
        }))
    }

    /// Stores the subscribers of a project's feed at one instance.
    pub async fn put_audience(&mut self, project: ProjectId, audience: &Audience) -> Result<()> {
        run!(self, PUT_AUDIENCE, |sql| sqlx::query(sql)
            .bind(&audience.instance)
            .bind(project.0)
            .bind(audience.at.0)
            .bind(Json(&audience.subscribers)))
        .map(drop)
    }
}

impl Store {
    /// The newest position of a project's feed; `None` if there is no such project.
    pub async fn feed_place(&self, project: ProjectId) -> Result<Option<FeedCursor>> {
        let place: Option<(i64, i64)> =
            on!(&self.db, PLACE, |conn, sql| sqlx::query_as(sql).bind(project.0).fetch_optional(conn))?;
        let read = |(epoch, position)| {
            let epoch = u64::try_from(epoch).map_err(|_| unreadable("project", "feed_epoch", project))?;
            Ok(FeedCursor { epoch, position })
        };
        place.map(read).transpose()
    }

    /// The entries after a position, in order, at most `size`.
    pub async fn list_feed(&self, project: ProjectId, after: i64, size: u32) -> Result<Vec<FeedEntry>> {
        let rows: Vec<EntryRow> = on!(&self.db, AFTER, |conn, sql| sqlx::query_as(sql)
            .bind(project.0)
            .bind(after)
            .bind(i64::from(size))
            .fetch_all(conn))?;
        rows.into_iter().map(FeedEntry::try_from).collect()
    }

    /// The revocations after a position that have not expired, in order, at most `size`.
    pub async fn list_live_feed(
        &self,
        project: ProjectId,
        after: i64,
        now: Timestamp,
        size: u32,
    ) -> Result<Vec<FeedEntry>> {
        let rows: Vec<EntryRow> = on!(&self.db, LIVE_AFTER, |conn, sql| sqlx::query_as(sql)
            .bind(project.0)
            .bind(after)
            .bind(now.0)
            .bind(i64::from(size))
            .fetch_all(conn))?;
        rows.into_iter().map(FeedEntry::try_from).collect()
    }

    /// The first position that is still stored; `None` if there is none.
    pub async fn oldest_in_feed(&self, project: ProjectId) -> Result<Option<i64>> {
        on!(&self.db, OLDEST, |conn, sql| sqlx::query_scalar(sql).bind(project.0).fetch_optional(conn))
    }

    /// The subscribers of a project's feed, at every instance that reported them since `since`.
    pub async fn list_audience(&self, project: ProjectId, since: Timestamp) -> Result<Vec<Audience>> {
        let rows: Vec<AudienceRow> = on!(&self.db, LIST_AUDIENCE, |conn, sql| sqlx::query_as(sql)
            .bind(project.0)
            .bind(since.0)
            .fetch_all(conn))?;
        let read = |row: AudienceRow| {
            let subscribers = row.subscribers.read("feed_audience", "subscribers", &row.instance)?;
            Ok(Audience { instance: row.instance, at: Timestamp(row.at), subscribers })
        };
        rows.into_iter().map(read).collect()
    }
}
