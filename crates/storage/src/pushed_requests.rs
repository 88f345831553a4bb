//! Pushed authorization requests.

use super::db::statements;
use super::{Result, Store, Tx};
use usher_domain::id::ClientId;
use usher_domain::oauth::single_use::SingleUseId;
use usher_domain::time::Timestamp;

statements! {
    INSERT = "
        insert into pushed_request (id, client_id, content, expires_at)
        values ($1, $2, $3, $4)
    ";
    FIND = "
        select content
        from pushed_request
        where id = $1 and client_id = $2 and expires_at > $3
    ";
    SWEEP = "
        delete from pushed_request
        where id in (select id from pushed_request where expires_at < $1 limit $2 + 0)
    ";
}

impl Tx {
    /// Stores a pushed request until `expires_at`.
    pub async fn insert_pushed_request(
        &mut self,
        id: SingleUseId,
        client: &ClientId,
        content: &[u8],
        expires_at: Timestamp,
    ) -> Result<()> {
        self.query(INSERT).bind(id.0.as_slice()).bind(client).bind(content).bind(expires_at).done().await
    }

    /// Deletes a batch of requests that expired before `before`.
    pub async fn sweep_pushed_requests(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(batch).run().await
    }
}

impl Store {
    /// The sealed parameters of a client's pushed request, if it has not expired.
    pub async fn find_pushed_request(
        &self,
        id: SingleUseId,
        client: &ClientId,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>> {
        self.query(FIND).bind(id.0.as_slice()).bind(client).bind(now).optional().await
    }
}
