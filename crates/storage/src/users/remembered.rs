//! Remembered browsers. Only the hash of the cookie value is stored.

use uuid::Uuid;

use crate::db::{on, on_tx, run, statements};
use crate::{Result, Store, Tx};
use usher_domain::id::{RememberedId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::remembered::RememberedBrowser;

statements! {
    INSERT = "insert into remembered_browser (id, user_id, secret_hash, created_at, last_used_at, expires_at, user_agent, source) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    USE = "update remembered_browser set last_used_at = case when last_used_at > $3 then last_used_at else $3 end where secret_hash = $1 and user_id = $2 and expires_at > $3 returning id";
    LIST = "select id, user_id, created_at, last_used_at, expires_at, user_agent, source from remembered_browser where user_id = $1 and expires_at > $2 order by id desc limit 100";
    FORGET = "delete from remembered_browser where user_id = $1 and id = $2";
    FORGET_ALL = "delete from remembered_browser where user_id = $1";
    SWEEP = "delete from remembered_browser where id in (select id from remembered_browser where expires_at < $1 limit $2)";
}

#[derive(sqlx::FromRow)]
struct RememberedRow {
    id: Uuid,
    user_id: Uuid,
    created_at: i64,
    last_used_at: i64,
    expires_at: i64,
    user_agent: Option<String>,
    source: Option<String>,
}

impl From<RememberedRow> for RememberedBrowser {
    fn from(row: RememberedRow) -> Self {
        Self {
            id: RememberedId(row.id),
            user_id: UserId(row.user_id),
            created_at: Timestamp(row.created_at),
            last_used_at: Timestamp(row.last_used_at),
            expires_at: Timestamp(row.expires_at),
            user_agent: row.user_agent,
            source: row.source,
        }
    }
}

impl Tx {
    /// Stores a browser under the hash of its cookie value.
    pub async fn insert_remembered(&mut self, browser: &RememberedBrowser, secret_hash: &[u8]) -> Result<()> {
        run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(browser.id.0)
            .bind(browser.user_id.0)
            .bind(secret_hash)
            .bind(browser.created_at.0)
            .bind(browser.last_used_at.0)
            .bind(browser.expires_at.0)
            .bind(&browser.user_agent)
            .bind(&browser.source))
        .map(drop)
    }

    /// Is this browser remembered for the user? If so, its last use is recorded.
    pub async fn use_remembered(&mut self, secret_hash: &[u8], user: UserId, now: Timestamp) -> Result<bool> {
        let found: Option<Uuid> = on_tx!(self, USE, |conn, sql| sqlx::query_scalar(sql)
            .bind(secret_hash)
            .bind(user.0)
            .bind(now.0)
            .fetch_optional(conn))?;
        Ok(found.is_some())
    }

    /// Deletes one remembered browser of a user. `false` if there was none.
    pub async fn forget_remembered(&mut self, user: UserId, id: RememberedId) -> Result<bool> {
        Ok(run!(self, FORGET, |sql| sqlx::query(sql).bind(user.0).bind(id.0))? == 1)
    }

    /// Deletes every remembered browser of a user.
    pub async fn forget_all_remembered(&mut self, user: UserId) -> Result<u64> {
        run!(self, FORGET_ALL, |sql| sqlx::query(sql).bind(user.0))
    }

    /// Deletes a batch of browsers that expired before `before`.
    pub async fn sweep_remembered(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        run!(self, SWEEP, |sql| sqlx::query(sql).bind(before.0).bind(i64::from(batch)))
    }
}

impl Store {
    /// The browsers that are remembered for a user, newest first, 100 at most.
    pub async fn list_remembered(&self, user: UserId, now: Timestamp) -> Result<Vec<RememberedBrowser>> {
        let rows: Vec<RememberedRow> =
            on!(&self.db, LIST, |conn, sql| sqlx::query_as(sql).bind(user.0).bind(now.0).fetch_all(conn))?;
        Ok(rows.into_iter().map(RememberedBrowser::from).collect())
    }
}
