//! Revoked access tokens.

use super::db::statements;
use super::{Result, Store, Tx};
use usher_domain::time::Timestamp;

statements! {
    REVOKE = "
        insert into revoked_token (jti, expires_at)
        values ($1, $2)
        on conflict (jti) do nothing
        returning jti
    ";
    IS_REVOKED = "
        select 1
        from revoked_token
        where jti = $1
    ";
    SWEEP = "
        delete from revoked_token
        where jti in (select jti from revoked_token where expires_at < $1 limit $2 + 0)
    ";
}

impl Tx {
    /// Revokes one access token until it expires. `false` if it was revoked already.
    pub async fn revoke_token(&mut self, jti: &str, expires_at: Timestamp) -> Result<bool> {
        self.query(REVOKE).bind(jti).bind(expires_at).exists().await
    }

    /// Deletes a batch of revocations of tokens that expired before `before`.
    pub async fn sweep_revoked_tokens(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(batch).run().await
    }
}

impl Store {
    /// Was this access token revoked?
    pub async fn is_token_revoked(&self, jti: &str) -> Result<bool> {
        self.query(IS_REVOKED).bind(jti).exists().await
    }
}
