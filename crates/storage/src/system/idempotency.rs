//! Idempotent requests and their stored responses.

use crate::db::statements;
use crate::row::row;
use crate::{Result, Store, Tx};
use usher_domain::time::Timestamp;

row! {
    EARLIER: Earlier of "repeatable" by id { request_hash, answer }
}

statements! {
    with EARLIER;

    // A row that has expired, or whose request was abandoned before $5, is taken over.
    BEGIN = "
        insert into repeatable (id, request_hash, begun_at, expires_at)
        values ($1, $2, $3, $4)
        on conflict (id) do update
        set
            request_hash = excluded.request_hash,
            begun_at = excluded.begun_at,
            answer = null,
            expires_at = excluded.expires_at
        where repeatable.expires_at <= excluded.begun_at or (repeatable.answer is null and repeatable.begun_at <= $5)
        returning begun_at
    ";
    FIND = "
        select {EARLIER}
        from repeatable
        where id = $1
    ";
    FINISH = "
        update repeatable
        set answer = $3
        where id = $1 and begun_at = $2 and answer is null
    ";
    FORGET = "delete from repeatable where id = $1 and begun_at = $2 and answer is null";
    SWEEP = "
        delete from repeatable
        where id in (select id from repeatable where expires_at < $1 limit $2 + 0)
    ";
}

/// An earlier request with the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// The hash of the request.
    pub request_hash: Vec<u8>,
    /// The sealed response; `None` while the request is being processed.
    pub answer: Option<Vec<u8>>,
}

impl Tx {
    /// Begins a request under an id. `false` if an earlier one has not expired.
    pub async fn begin_repeatable(
        &mut self,
        id: &[u8],
        request_hash: &[u8],
        now: Timestamp,
        expires_at: Timestamp,
        abandoned: Timestamp,
    ) -> Result<bool> {
        self.query(BEGIN).bind(id).bind(request_hash).bind(now).bind(expires_at).bind(abandoned).exists().await
    }

    /// Stores the response of a request that was begun at this moment.
    pub async fn finish_repeatable(&mut self, id: &[u8], begun_at: Timestamp, answer: &[u8]) -> Result<()> {
        self.query(FINISH).bind(id).bind(begun_at).bind(answer).done().await
    }

    /// Deletes a request that failed.
    pub async fn forget_repeatable(&mut self, id: &[u8], begun_at: Timestamp) -> Result<()> {
        self.query(FORGET).bind(id).bind(begun_at).done().await
    }

    /// Deletes a batch of requests whose responses expired before `before`.
    pub async fn sweep_repeatable(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(batch).run().await
    }
}

impl Store {
    /// The earlier request under this id.
    pub async fn find_repeatable(&self, id: &[u8]) -> Result<Option<Earlier>> {
        self.query(FIND).bind(id).optional().await
    }
}
