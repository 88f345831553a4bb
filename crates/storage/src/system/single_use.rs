//! What may be used once.

use crate::db::statements;
use crate::{Result, Store, Tx};
use usher_domain::oauth::single_use::SingleUseId;
use usher_domain::time::Timestamp;

statements! {
    // Whoever used it may use it again. `null` equals nothing.
    USE = "
        insert into single_use (id, owner, expires_at)
        values ($1, $2, $3)
        on conflict (id) do update
        set expires_at = case
                when single_use.expires_at < excluded.expires_at then excluded.expires_at
                else single_use.expires_at
            end
        where single_use.owner = excluded.owner
        returning expires_at
    ";
    IS_USED = "
        select 1
        from single_use
        where id = $1
    ";
    SWEEP = "
        delete from single_use
        where id in (select id from single_use where expires_at < $1 limit $2 + 0)
    ";
}

impl Tx {
    /// Uses a value that nobody may use again. `false` if it was used already. It is kept at least until `expires_at`.
    pub async fn use_once(&mut self, id: SingleUseId, expires_at: Timestamp) -> Result<bool> {
        self.use_as(id, None, expires_at).await
    }

    /// Uses a value that this owner may use again. `false` if another one used it.
    pub async fn use_once_as(&mut self, id: SingleUseId, owner: &[u8], expires_at: Timestamp) -> Result<bool> {
        self.use_as(id, Some(owner), expires_at).await
    }

    async fn use_as(&mut self, id: SingleUseId, owner: Option<&[u8]>, expires_at: Timestamp) -> Result<bool> {
        self.query(USE).bind(id.0.as_slice()).bind(owner).bind(expires_at).exists().await
    }

    /// Deletes a batch of what expired before `before`.
    pub async fn sweep_single_use(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(batch).run().await
    }
}

impl Store {
    /// Was this value used?
    pub async fn is_used(&self, id: SingleUseId) -> Result<bool> {
        self.query(IS_USED).bind(id.0.as_slice()).exists().await
    }
}
