//! The flight recorder: recent attempts of each client.

use uuid::Uuid;

use super::db::statements;
use super::row::row;
use super::{Result, Store, Tx};
use usher_domain::id::{AttemptId, ClientId};
use usher_domain::oauth::attempt::{AttemptLane, ClientAttempt};
use usher_domain::page::{Cursor, Page};
use usher_domain::time::Timestamp;

row! {
    ATTEMPT: ClientAttempt of "attempt" {
        id, client_id, at, kind, lane, trace_id, error, reason, failed_step, spec, detail
    }
}

statements! {
    with ATTEMPT;

    // A client that was deleted meanwhile gets none.
    INSERT = "
        insert into attempt (
            id, client_id, at, kind, lane, source, trace_id, error, reason, failed_step, spec, detail
        )
        select $1, client.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
        from client
        where client.id = $2
    ";
    TRIM_NETWORK = "
        delete from attempt
        where client_id = $1
          and lane = $2
          and source = $3
          and id <= (
              select id
              from attempt
              where client_id = $1 and lane = $2 and source = $3
              order by id desc
              limit 1 offset $4 + 0
          )
    ";
    TRIM_LANE = "
        delete from attempt
        where client_id = $1
          and lane = $2
          and id <= (
              select id
              from attempt
              where client_id = $1 and lane = $2
              order by id desc
              limit 1 offset $3 + 0
          )
    ";
    ADD_LOSS = "
        insert into attempt_loss (day, lost)
        values ($1, $2)
        on conflict (day) do update
        set lost = attempt_loss.lost + excluded.lost
    ";
    LIST = "
        select {ATTEMPT}
        from attempt
        where client_id = $1
          and id < $2
          and ($3 = '' or trace_id = $3)
          and ($4 = '' or ($4 = 'succeeded') = (lane = 'succeeded'))
        order by id desc
        limit $5 + 0
    ";
    FIND = "
        select {ATTEMPT}
        from attempt
        where client_id = $1 and id = $2
    ";
    OF_TRACE = "
        select {ATTEMPT}
        from attempt
        where trace_id = $1
        order by id desc
        limit $2 + 0
    ";
    LOST = "
        select coalesce(sum(lost), 0)
        from attempt_loss
        where day >= $1
    ", postgres "
        select coalesce(sum(lost), 0)::bigint
        from attempt_loss
        where day >= $1
    ";
    SWEEP = "
        delete from attempt
        where id in (select id from attempt where at < $1 limit $2 + 0)
    ";
    SWEEP_LOSSES = "
        delete from attempt_loss
        where day < $1
    ";
}

/// Which attempts of a client are listed.
#[derive(Debug, Clone, Default)]
pub struct AttemptFilter {
    /// Those with this trace id.
    pub trace_id: Option<String>,
    /// Those that succeeded, or those that failed.
    pub succeeded: Option<bool>,
}

const DAY: i64 = 86_400;

impl Tx {
    /// Adds an attempt that came from this network, unless its client was deleted.
    pub async fn insert_attempt(&mut self, attempt: &ClientAttempt, source: &str) -> Result<()> {
        self.query(INSERT)
            .bind(attempt.id)
            .bind(&attempt.client_id)
            .bind(attempt.at)
            .bind(attempt.kind)
            .bind(attempt.lane)
            .bind(source)
            .bind(&attempt.trace_id)
            .bind(&attempt.error)
            .bind(&attempt.reason)
            .bind(attempt.failed_step)
            .bind(&attempt.spec)
            .bind(&attempt.detail)
            .done()
            .await
    }

    /// Deletes the oldest attempts of a client in this lane from this network that are too many.
    pub async fn trim_attempts_of_network(&mut self, client: &ClientId, lane: AttemptLane, source: &str) -> Result<()> {
        self.query(TRIM_NETWORK).bind(client).bind(lane).bind(source).bind(lane.most_of_one_network()).done().await
    }

    /// Deletes the oldest attempts of a client in this lane that are too many.
    pub async fn trim_attempts(&mut self, client: &ClientId, lane: AttemptLane) -> Result<()> {
        self.query(TRIM_LANE).bind(client).bind(lane).bind(lane.most()).done().await
    }

    /// Counts attempts that were not recorded.
    pub async fn add_lost_attempts(&mut self, at: Timestamp, lost: u32) -> Result<()> {
        self.query(ADD_LOSS).bind(at.0 / DAY).bind(lost).done().await
    }

    /// Deletes attempts that were made before `before`, and counts of that time.
    pub async fn sweep_attempts(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP_LOSSES).bind(before.0 / DAY).done().await?;
        self.query(SWEEP).bind(before).bind(batch).run().await
    }
}

impl Store {
    /// The attempts of a client, newest first.
    pub async fn list_attempts(
        &self,
        client: &ClientId,
        filter: &AttemptFilter,
        after: Option<Cursor>,
        size: u32,
    ) -> Result<Page<ClientAttempt>> {
        let outcome = filter.succeeded.map_or("", |succeeded| if succeeded { "succeeded" } else { "failed" });
        self.query(LIST)
            .bind(client)
            .bind(after.map_or_else(Uuid::max, |cursor| cursor.0))
            .bind(filter.trace_id.as_deref().unwrap_or_default())
            .bind(outcome)
            .page(size, |attempt: &ClientAttempt| attempt.id.0)
            .await
    }

    /// An attempt of a client.
    pub async fn find_attempt(&self, client: &ClientId, id: AttemptId) -> Result<Option<ClientAttempt>> {
        self.query(FIND).bind(client).bind(id).optional().await
    }

    /// The newest attempts of any client with this trace id.
    pub async fn attempts_of_trace(&self, trace_id: &str, most: u32) -> Result<Vec<ClientAttempt>> {
        self.query(OF_TRACE).bind(trace_id).bind(most).all().await
    }

    /// How many attempts of all clients were not recorded since a moment, by whole days.
    pub async fn count_lost_attempts(&self, since: Timestamp) -> Result<i64> {
        self.query(LOST).bind(since.0 / DAY).one().await
    }
}
