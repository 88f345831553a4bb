//! Authenticator apps: one for each user, its seed sealed.

use uuid::Uuid;

use crate::db::{on, on_tx, run, statements};
use crate::{Result, Store, Tx};
use usher_domain::id::UserId;
use usher_domain::time::Timestamp;

statements! {
    PUT = "insert into totp (user_id, sealed, last_step, created_at) values ($1, $2, $3, $4) on conflict (user_id) do update set sealed = excluded.sealed, last_step = excluded.last_step, created_at = excluded.created_at";
    FIND = "select sealed from totp where user_id = $1";
    // Higher than every step before: a code is valid once, whatever the clock does (RFC 6238 §5.2).
    USE = "update totp set last_step = $2 where user_id = $1 and last_step < $2 and sealed = $3 returning user_id";
    DELETE = "delete from totp where user_id = $1";
}

impl Tx {
    /// Stores a user's seed; `step` is the time step of the code that proved it, and counts as used.
    pub async fn put_totp(&mut self, user: UserId, sealed: &[u8], step: i64, now: Timestamp) -> Result<()> {
        run!(self, PUT, |sql| sqlx::query(sql).bind(user.0).bind(sealed).bind(step).bind(now.0)).map(drop)
    }

    /// Uses a time step of this seed. Only one caller ever gets `true` for a step, and none for an earlier one.
    pub async fn use_totp_step(&mut self, user: UserId, sealed: &[u8], step: i64) -> Result<bool> {
        let used: Option<Uuid> = on_tx!(self, USE, |conn, sql| sqlx::query_scalar(sql)
            .bind(user.0)
            .bind(step)
            .bind(sealed)
            .fetch_optional(conn))?;
        Ok(used.is_some())
    }

    /// Deletes the seed. `false` if there was none.
    pub async fn delete_totp(&mut self, user: UserId) -> Result<bool> {
        Ok(run!(self, DELETE, |sql| sqlx::query(sql).bind(user.0))? == 1)
    }
}

impl Store {
    /// A user's seed, sealed.
    pub async fn find_totp(&self, user: UserId) -> Result<Option<Vec<u8>>> {
        on!(&self.db, FIND, |conn, sql| sqlx::query_scalar(sql).bind(user.0).fetch_optional(conn))
    }
}
