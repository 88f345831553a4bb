//! Authenticator apps: one for each user, its seed sealed.

use crate::db::statements;
use crate::{Result, Store, Tx};
use usher_domain::id::UserId;
use usher_domain::time::Timestamp;

statements! {
    PUT = "
        insert into totp (user_id, sealed, last_step, created_at)
        values ($1, $2, $3, $4)
        on conflict (user_id) do update
        set
            sealed = excluded.sealed,
            last_step = excluded.last_step,
            created_at = excluded.created_at
    ";
    FIND = "
        select sealed
        from totp
        where user_id = $1
    ";
    // Higher than every step before: a code is valid once, whatever the clock does (RFC 6238 §5.2).
    USE = "
        update totp
        set last_step = $2
        where user_id = $1 and last_step < $2 and sealed = $3
        returning user_id
    ";
    DELETE = "delete from totp where user_id = $1";
}

impl Tx {
    /// Stores a user's seed; `step` is the time step of the code that proved it, and counts as used.
    pub async fn put_totp(&mut self, user: UserId, sealed: &[u8], step: i64, now: Timestamp) -> Result<()> {
        self.query(PUT).bind(user).bind(sealed).bind(step).bind(now).done().await
    }

    /// Uses a time step of this seed. Only one caller ever gets `true` for a step, and none for an earlier one.
    pub async fn use_totp_step(&mut self, user: UserId, sealed: &[u8], step: i64) -> Result<bool> {
        self.query(USE).bind(user).bind(step).bind(sealed).exists().await
    }

    /// Deletes the seed. `false` if there was none.
    pub async fn delete_totp(&mut self, user: UserId) -> Result<bool> {
        self.query(DELETE).bind(user).changed().await
    }
}

impl Store {
    /// A user's seed, sealed.
    pub async fn find_totp(&self, user: UserId) -> Result<Option<Vec<u8>>> {
        self.query(FIND).bind(user).optional().await
    }
}
