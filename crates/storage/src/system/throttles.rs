//! Rate limit buckets, shared by every instance (generic cell rate algorithm: one number a bucket).

use crate::db::statements;
use crate::{Result, Store, Tx};

statements! {
    // $2 now, $3 the cost of one try, $4 how far ahead of now a bucket may run: all in milliseconds.
    TAKE = "
        insert into throttle (bucket, full_at)
        values ($1, cast($2 as bigint) + $3)
        on conflict (bucket) do update
        set
            full_at = case when throttle.full_at > $2 then throttle.full_at else $2 end + $3
        where throttle.full_at + $3 <= $2 + $4 or throttle.full_at <= $2
        returning full_at
    ";
    FIND = "
        select full_at
        from throttle
        where bucket = $1
    ";
    GIVE_BACK = "
        update throttle
        set full_at = full_at - $2
        where bucket = $1
    ";
    // No attempt leads further ahead than this: a higher value was written while a clock was wrong.
    BOUND = "
        update throttle
        set full_at = $2
        where bucket = $1 and full_at > $2
    ";
    FORGET = "delete from throttle where bucket = $1";
    SWEEP = "
        delete from throttle
        where bucket in (select bucket from throttle where full_at < $1 limit $2 + 0)
          and full_at < $1
    ";
}

/// The result of taking from a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The attempt is allowed.
    Yes,
    /// The attempt is rejected; the next one is allowed after so many milliseconds.
    NotFor(i64),
}

/// How far ahead attempts can move a bucket: to its end, or as far as a single attempt does.
fn furthest(now_ms: i64, cost_ms: i64, burst_ms: i64) -> i64 {
    now_ms.saturating_add(cost_ms.max(burst_ms))
}

impl Tx {
    /// Takes one attempt from a bucket, if it allows one. Atomic: simultaneous attempts never exceed the bucket's size.
    pub async fn take_from_bucket(&mut self, bucket: &str, now_ms: i64, cost_ms: i64, burst_ms: i64) -> Result<Taken> {
        let taken: Option<i64> =
            self.query(TAKE).bind(bucket).bind(now_ms).bind(cost_ms).bind(burst_ms).optional().await?;
        if taken.is_some() {
            return Ok(Taken::Yes);
        }
        let full_at: Option<i64> = self.query(FIND).bind(bucket).optional().await?;
        let full_at = full_at.unwrap_or(now_ms).min(furthest(now_ms, cost_ms, burst_ms));
        self.bound_bucket(bucket, now_ms, cost_ms, burst_ms).await?;
        // A full bucket allows one attempt, whatever it costs.
        Ok(Taken::NotFor((full_at.min(full_at + cost_ms - burst_ms) - now_ms).max(1)))
    }

    /// Moves a bucket back to the furthest point that attempts can have reached by now, if a clock that was ahead
    /// moved it further.
    pub async fn bound_bucket(&mut self, bucket: &str, now_ms: i64, cost_ms: i64, burst_ms: i64) -> Result<()> {
        let bound = furthest(now_ms, cost_ms, burst_ms);
        self.query(BOUND).bind(bucket).bind(bound).done().await
    }

    /// Returns one attempt that this transaction took from a bucket.
    pub async fn give_back_to_bucket(&mut self, bucket: &str, cost_ms: i64) -> Result<()> {
        self.query(GIVE_BACK).bind(bucket).bind(cost_ms).done().await
    }

    /// Resets a bucket.
    pub async fn forget_bucket(&mut self, bucket: &str) -> Result<()> {
        self.query(FORGET).bind(bucket).done().await
    }

    /// Deletes a batch of buckets that are full again.
    pub async fn sweep_buckets(&mut self, now_ms: i64, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(now_ms).bind(batch).run().await
    }
}

impl Store {
    /// Takes one attempt from a bucket, in a transaction of its own.
    pub async fn take_from_bucket(&self, bucket: &str, now_ms: i64, cost_ms: i64, burst_ms: i64) -> Result<Taken> {
        let mut tx = self.begin().await?;
        let taken = tx.take_from_bucket(bucket, now_ms, cost_ms, burst_ms).await?;
        tx.commit().await?;
        Ok(taken)
    }
}
