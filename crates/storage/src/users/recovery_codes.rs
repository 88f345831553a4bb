//! Recovery codes. Only their keyed hashes are stored.

use uuid::Uuid;

use crate::db::{on_tx, run, statements};
use crate::{Result, Tx};
use usher_domain::id::UserId;
use usher_domain::time::Timestamp;

statements! {
    INSERT = "insert into recovery_code (user_id, hash, created_at) values ($1, $2, $3)";
    TAKE = "update recovery_code set used_at = $3 where user_id = $1 and hash = $2 and used_at is null returning user_id";
    DELETE_ALL = "delete from recovery_code where user_id = $1";
}

impl Tx {
    /// Replaces all codes of the user by these hashes.
    pub async fn replace_recovery_codes(&mut self, user: UserId, hashes: &[[u8; 32]], now: Timestamp) -> Result<()> {
        run!(self, DELETE_ALL, |sql| sqlx::query(sql).bind(user.0))?;
        for hash in hashes {
            run!(self, INSERT, |sql| sqlx::query(sql).bind(user.0).bind(&hash[..]).bind(now.0))?;
        }
        Ok(())
    }

    /// Spends a code. Only one caller ever gets `true`.
    pub async fn take_recovery_code(&mut self, user: UserId, hash: &[u8], now: Timestamp) -> Result<bool> {
        let taken: Option<Uuid> = on_tx!(self, TAKE, |conn, sql| sqlx::query_scalar(sql)
            .bind(user.0)
            .bind(hash)
            .bind(now.0)
            .fetch_optional(conn))?;
        Ok(taken.is_some())
    }
}
