//! Remembered browsers. Only the hash of the cookie value is stored.

use crate::db::statements;
use crate::row::row;
use crate::{Result, Store, Tx};
use usher_domain::id::{RememberedId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::remembered::RememberedBrowser;

row! {
    REMEMBERED: RememberedBrowser of "remembered_browser" {
        id, user_id, created_at, last_used_at, expires_at, user_agent, source,
    }
}

statements! {
    with REMEMBERED;

    INSERT = "
        insert into remembered_browser (
            id, user_id, secret_hash, created_at, last_used_at, expires_at, user_agent, source
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8)
    ";
    USE = "
        update remembered_browser
        set last_used_at = case when last_used_at > $3 then last_used_at else $3 end
        where secret_hash = $1 and user_id = $2 and expires_at > $3
        returning id
    ";
    LIST = "
        select {REMEMBERED}
        from remembered_browser
        where user_id = $1 and expires_at > $2
        order by id desc
        limit 100
    ";
    FORGET = "delete from remembered_browser where user_id = $1 and id = $2";
    FORGET_ALL = "delete from remembered_browser where user_id = $1";
    SWEEP = "
        delete from remembered_browser
        where id in (select id from remembered_browser where expires_at < $1 limit $2 + 0)
    ";
}

impl Tx {
    /// Stores a browser under the hash of its cookie value.
    pub async fn insert_remembered(&mut self, browser: &RememberedBrowser, secret_hash: &[u8]) -> Result<()> {
        self.query(INSERT)
            .bind(browser.id)
            .bind(browser.user_id)
            .bind(secret_hash)
            .bind(browser.created_at)
            .bind(browser.last_used_at)
            .bind(browser.expires_at)
            .bind(&browser.user_agent)
            .bind(&browser.source)
            .done()
            .await
    }

    /// Is this browser remembered for the user? If so, its last use is recorded.
    pub async fn use_remembered(&mut self, secret_hash: &[u8], user: UserId, now: Timestamp) -> Result<bool> {
        self.query(USE).bind(secret_hash).bind(user).bind(now).exists().await
    }

    /// Deletes one remembered browser of a user. `false` if there was none.
    pub async fn forget_remembered(&mut self, user: UserId, id: RememberedId) -> Result<bool> {
        self.query(FORGET).bind(user).bind(id).changed().await
    }

    /// Deletes every remembered browser of a user.
    pub async fn forget_all_remembered(&mut self, user: UserId) -> Result<u64> {
        self.query(FORGET_ALL).bind(user).run().await
    }

    /// Deletes a batch of browsers that expired before `before`.
    pub async fn sweep_remembered(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(batch).run().await
    }
}

impl Store {
    /// The browsers that are remembered for a user, newest first, 100 at most.
    pub async fn list_remembered(&self, user: UserId, now: Timestamp) -> Result<Vec<RememberedBrowser>> {
        self.query(LIST).bind(user).bind(now).all().await
    }
}
