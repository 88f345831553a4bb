//! Erases the events of deleted users, in batches, after the user is deleted.
//!
//! The transaction that deletes a user adds a row here. From then on no query returns the data of the user's events.
//! The row stays until all of it is erased, so that a crash or restart cannot leave data behind.

use uuid::Uuid;

use crate::db::statements;
use crate::{Result, Store, Tx};
use usher_domain::id::UserId;
use usher_domain::time::Timestamp;

statements! {
    BEGIN = "
        insert into erasure (user_id, deleted_at, place)
        values ($1, $2, $3)
        on conflict (user_id) do nothing
    ";
    // Events that were not dispatched yet are still read once, with their data.
    NEXT = "
        select user_id, place
        from erasure
        where user_id > $1
          and (deleted_at <= $2 or deleted_at > $3)
          and not exists (
              select 1
              from event e
              where not e.told and e.seq > 0 and e.user_id = erasure.user_id
          )
        order by user_id
        limit 1
    ";
    BATCH_END = "
        select id
        from event
        where user_id = $1 and id > $2
        order by id
        limit 1 offset $3
    ";
    // The event of the deletion itself keeps the subject, which is never assigned again.
    ERASE = "
        update event
        set data = $4, source = null
        where user_id = $1 and id > $2 and id <= $3 and kind <> 'user.deleted' and told
    ";
    ADVANCE = "
        update erasure
        set place = $2
        where user_id = $1 and place < $2
    ";
    FINISH = "delete from erasure where user_id = $1";
}

/// A deleted user whose events are being erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// The user.
    pub user: UserId,
    /// The events up to this id are erased.
    pub place: Uuid,
}

impl Tx {
    /// Starts an erasure: from now on the data of the user's events is not returned, and will be erased.
    pub async fn begin_erasure(&mut self, user: UserId, now: Timestamp) -> Result<()> {
        self.query(BEGIN).bind(user).bind(now).bind(Uuid::nil()).done().await
    }

    /// Erases the events from the position of the erasure up to `end`, or all that are left if `end` is `None`.
    pub async fn erase_batch(&mut self, erasure: Erasure, end: Option<Uuid>) -> Result<u64> {
        let nothing = serde_json::Map::<String, serde_json::Value>::new();
        let erased = self
            .query(ERASE)
            .bind(erasure.user)
            .bind(erasure.place)
            .bind(end.unwrap_or(Uuid::max()))
            .bind(&nothing)
            .run()
            .await?;
        match end {
            Some(end) => self.query(ADVANCE).bind(erasure.user).bind(end).run().await?,
            None => self.query(FINISH).bind(erasure.user).run().await?,
        };
        Ok(erased)
    }
}

impl Store {
    /// The next user after `after` whose events can be erased: all of them were dispatched, and the user was deleted
    /// before `before`, or after `now` according to a clock that was wrong.
    pub async fn next_erasure(&self, after: UserId, before: Timestamp, now: Timestamp) -> Result<Option<Erasure>> {
        let found: Option<(Uuid, Uuid)> = self.query(NEXT).bind(after).bind(before).bind(now).optional().await?;
        Ok(found.map(|(user, place)| Erasure { user: UserId(user), place }))
    }

    /// The id at which a batch of `size` events ends; `None` if fewer are left.
    pub async fn find_erasure_batch_end(&self, erasure: Erasure, size: u32) -> Result<Option<Uuid>> {
        self.query(BATCH_END).bind(erasure.user).bind(erasure.place).bind(i64::from(size.max(1)) - 1).optional().await
    }
}
