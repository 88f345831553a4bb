//! Recovery codes. Only their keyed hashes are stored.

use crate::db::statements;
use crate::{Result, Tx};
use usher_domain::id::UserId;
use usher_domain::time::Timestamp;

statements! {
    INSERT = "insert into recovery_code (user_id, hash, created_at) values ($1, $2, $3)";
    TAKE = "
        update recovery_code
        set used_at = $3
        where user_id = $1 and hash = $2 and used_at is null
        returning user_id
    ";
    DELETE_ALL = "delete from recovery_code where user_id = $1";
}

impl Tx {
    /// Replaces all codes of the user by these hashes.
    pub async fn replace_recovery_codes(&mut self, user: UserId, hashes: &[[u8; 32]], now: Timestamp) -> Result<()> {
        self.query(DELETE_ALL).bind(user).run().await?;
        for hash in hashes {
            self.query(INSERT).bind(user).bind(&hash[..]).bind(now).run().await?;
        }
        Ok(())
    }

    /// Spends a code. Only one caller ever gets `true`.
    pub async fn take_recovery_code(&mut self, user: UserId, hash: &[u8], now: Timestamp) -> Result<bool> {
        self.query(TAKE).bind(user).bind(hash).bind(now).exists().await
    }
}
