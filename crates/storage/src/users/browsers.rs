//! The browsers in which users have signed in. Only the hash of a browser's cookie value is stored.

use crate::db::statements;
use crate::{Result, Store, Tx};
use usher_domain::id::UserId;
use usher_domain::time::Timestamp;
use usher_domain::user::device::Familiarity;

statements! {
    // This browser if it is known, another one if not, none if the user has signed in from no browser.
    FIND = "
        select mark_hash
        from known_browser
        where user_id = $1
        order by (case when mark_hash = $2 then 0 else 1 end)
        limit 1
    ";
    REMEMBER = "
        insert into known_browser (user_id, mark_hash, first_seen_at, last_seen_at)
        values ($1, $2, $3, $3)
        on conflict (user_id, mark_hash) do update
        set
            last_seen_at = case when known_browser.last_seen_at > excluded.last_seen_at then known_browser.last_seen_at else excluded.last_seen_at end
    ";
    FORGET_ALL = "delete from known_browser where user_id = $1";
    SWEEP = "
        delete from known_browser
        where (user_id, mark_hash) in (
            select user_id, mark_hash
            from known_browser
            where last_seen_at < $1
            order by last_seen_at
            limit $2 + 0
        )
    ";
}

impl Tx {
    /// Records that a user signed in from a browser.
    pub async fn remember_browser(&mut self, user: UserId, mark_hash: &[u8], now: Timestamp) -> Result<()> {
        self.query(REMEMBER).bind(user).bind(mark_hash).bind(now).done().await
    }

    /// Deletes every browser of a user.
    pub async fn forget_browsers(&mut self, user: UserId) -> Result<()> {
        self.query(FORGET_ALL).bind(user).done().await
    }

    /// Deletes a batch of browsers that were last seen before `before`.
    pub async fn sweep_browsers(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(batch).run().await
    }
}

impl Store {
    /// How well a user knows the browser with this cookie value.
    pub async fn find_familiarity(&self, user: UserId, mark_hash: &[u8]) -> Result<Familiarity> {
        let found: Option<Vec<u8>> = self.query(FIND).bind(user).bind(mark_hash).optional().await?;
        Ok(match found {
            None => Familiarity::First,
            Some(hash) if hash == mark_hash => Familiarity::Known,
            Some(_) => Familiarity::Strange,
        })
    }
}
