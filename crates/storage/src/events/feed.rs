//! The live feed: a gapless sequence of entries for each project. The counter is a column of the project's row, which
//! stays locked until the entry is durable.

use crate::db::statements;
use crate::query::PART;
use crate::row::{Columns, FromRow, row};
use crate::wakeups::Wakeup;
use crate::{Result, Store, Tx};
use usher_domain::event::feed::{FeedCursor, FeedEntry, RevocationEntry};
use usher_domain::id::{ClientId, ProjectId};
use usher_domain::time::Timestamp;

row! {
    ENTRY: RevocationEntry of "feed_entry" by position { kind, value, why, at, expires_at }
}

impl FromRow for FeedEntry {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self { position: columns.peek("position")?, notice: RevocationEntry::from_row(columns)? })
    }
}

row! {
    PLACE_OF_FEED: FeedCursor of "project" by id { epoch = "feed_epoch", position = "feed_position" }
}

row! {
    TICKET: Ticket of "feed_ticket" { project = "project_id", client = "client_id", credential, expires_at }
}

row! {
    AUDIENCE: Audience of "feed_audience" { instance, at, subscribers }
}

statements! {
    with ENTRY, PLACE_OF_FEED, TICKET, AUDIENCE, PART;

    ADVANCE = "
        update project
        set feed_position = feed_position + 1
        where id = $1
        returning feed_position
    ";
    INSERT = "
        insert into feed_entry (project_id, position, kind, value, why, at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7)
    ";
    PLACE = "
        select {PLACE_OF_FEED}
        from project
        where id = $1
    ";
    AFTER = "
        select {ENTRY}
        from feed_entry
        where project_id = $1 and position > $2
        order by position
        limit $3 + 0
    ";
    LIVE_AFTER = "
        select {ENTRY}
        from feed_entry
        where project_id = $1 and position > $2 and expires_at > $3 and kind <> 'policy'
        order by position
        limit $4 + 0
    ";
    COUNT_LIVE = "
        select count(*)
        from feed_entry
        where project_id = $1 and expires_at > $2
    ";
    OLDEST = "
        select position
        from feed_entry
        where project_id = $1
        order by position
        limit 1
    ";
    FOLD = "
        delete from feed_entry
        where project_id = $1 and position in (
            select position
            from feed_entry
            where project_id = $1 and position < $2
            limit {PART}
        )
    ";
    SWEEP = "
        delete from feed_entry
        where (project_id, position) in (
            select project_id, position
            from feed_entry
            where expires_at < $1
            order by expires_at
            limit $2 + 0
        )
    ";
    // After a backup was restored, modules may hold cursors that this database never issued.
    LEAP = "
        update project
        set
            feed_position = case when feed_position < $2 then $2 else feed_position end + 1000,
            feed_epoch = $3 + 1
        where id = $1 and (feed_epoch < $3 or (feed_epoch = $3 and feed_position < $2))
    ";
    PUT_TICKET = "
        insert into feed_ticket (hash, project_id, client_id, credential, expires_at)
        values ($1, $2, $3, $4, $5)
    ";
    TAKE_TICKET = "
        delete from feed_ticket
        where hash = $1
        returning {TICKET}
    ";
    SWEEP_TICKETS = "
        delete from feed_ticket
        where hash in (select hash from feed_ticket where expires_at < $1 limit $2 + 0)
    ";
    PUT_AUDIENCE = "
        insert into feed_audience (instance, project_id, at, subscribers)
        values ($1, $2, $3, $4)
        on conflict (project_id, instance) do update
        set at = excluded.at, subscribers = excluded.subscribers
    ";
    LIST_AUDIENCE = "
        select {AUDIENCE}
        from feed_audience
        where project_id = $1 and at > $2
        order by instance
    ";
    SWEEP_AUDIENCE = "
        delete from feed_audience
        where (project_id, instance) in (
            select project_id, instance
            from feed_audience
            where at < $1
            order by at
            limit $2 + 0
        )
          and at < $1
    ";
    // Wakes every instance once this transaction is durable; tasks of this process are woken directly.
    RING = "select 1" + postgres "from (select pg_notify('usher_rings', $1)) as rung";
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

impl Tx {
    /// Appends an entry to a project's feed and returns its position; `None` if there is no such project. A
    /// transaction that appends to several feeds takes them in the order of their ids, which prevents deadlocks.
    pub async fn append_to_feed(&mut self, project: ProjectId, notice: &RevocationEntry) -> Result<Option<i64>> {
        let position: Option<i64> = self.query(ADVANCE).bind(project).optional().await?;
        let Some(position) = position else { return Ok(None) };
        self.query(INSERT)
            .bind(project)
            .bind(position)
            .bind(notice.kind)
            .bind(&notice.value)
            .bind(&notice.why)
            .bind(notice.at)
            .bind(notice.expires_at)
            .run()
            .await?;
        Ok(Some(position))
    }

    /// The number of entries of a feed that have not expired.
    pub async fn count_live_entries(&mut self, project: ProjectId, now: Timestamp) -> Result<i64> {
        self.query(COUNT_LIVE).bind(project).bind(now).one().await
    }

    /// Deletes every entry before a position: a snapshot replaces them.
    pub async fn fold_feed(&mut self, project: ProjectId, before: i64) -> Result<u64> {
        self.query(FOLD).bind(project).bind(before).run_in_parts().await
    }

    /// Deletes a batch of expired entries.
    pub async fn sweep_feed(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(batch).run().await
    }

    /// Deletes a batch of expired tickets.
    pub async fn sweep_feed_tickets(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP_TICKETS).bind(before).bind(batch).run().await
    }

    /// Deletes a batch of audiences that no instance has reported since `before`.
    pub async fn sweep_feed_audience(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP_AUDIENCE).bind(before).bind(batch).run().await
    }

    /// Moves the feed beyond a place that a module has seen and this database has lost, and starts a new epoch. `false`
    /// if the feed is beyond it already.
    pub async fn leap_feed(&mut self, project: ProjectId, seen: FeedCursor) -> Result<bool> {
        let epoch = i64::try_from(seen.epoch).unwrap_or(i64::MAX);
        self.query(LEAP).bind(project).bind(seen.position).bind(epoch).changed().await
    }

    /// Wakes the other instances once this transaction is durable.
    pub async fn wake(&mut self, ring: Wakeup) -> Result<()> {
        if self.is_sqlite() {
            return Ok(());
        }
        self.query(RING).bind(ring.encode()).done().await
    }

    /// Stores a ticket under its hash.
    pub async fn put_ticket(&mut self, hash: &[u8], ticket: &Ticket) -> Result<()> {
        self.query(PUT_TICKET)
            .bind(hash)
            .bind(ticket.project)
            .bind(&ticket.client)
            .bind(&ticket.credential)
            .bind(ticket.expires_at)
            .done()
            .await
    }

    /// Takes a ticket, which can be used once.
    pub async fn take_ticket(&mut self, hash: &[u8]) -> Result<Option<Ticket>> {
        self.query(TAKE_TICKET).bind(hash).optional().await
    }

    /// Stores the subscribers of a project's feed at one instance.
    pub async fn put_audience(&mut self, project: ProjectId, audience: &Audience) -> Result<()> {
        self.query(PUT_AUDIENCE)
            .bind(&audience.instance)
            .bind(project)
            .bind(audience.at)
            .bind(&audience.subscribers)
            .done()
            .await
    }
}

impl Store {
    /// The newest position of a project's feed; `None` if there is no such project.
    pub async fn feed_place(&self, project: ProjectId) -> Result<Option<FeedCursor>> {
        self.query(PLACE).bind(project).optional().await
    }

    /// The entries after a position, in order, at most `size`.
    pub async fn list_feed(&self, project: ProjectId, after: i64, size: u32) -> Result<Vec<FeedEntry>> {
        self.query(AFTER).bind(project).bind(after).bind(size).all().await
    }

    /// The revocations after a position that have not expired, in order, at most `size`.
    pub async fn list_live_feed(
        &self,
        project: ProjectId,
        after: i64,
        now: Timestamp,
        size: u32,
    ) -> Result<Vec<FeedEntry>> {
        self.query(LIVE_AFTER).bind(project).bind(after).bind(now).bind(size).all().await
    }

    /// The first position that is still stored; `None` if there is none.
    pub async fn oldest_in_feed(&self, project: ProjectId) -> Result<Option<i64>> {
        self.query(OLDEST).bind(project).optional().await
    }

    /// The subscribers of a project's feed, at every instance that reported them since `since`.
    pub async fn list_audience(&self, project: ProjectId, since: Timestamp) -> Result<Vec<Audience>> {
        self.query(LIST_AUDIENCE).bind(project).bind(since).all().await
    }
}
