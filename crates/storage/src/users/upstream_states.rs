//! Sign-ins in progress at providers, each completed once; and events of providers, each accepted once.

use crate::db::statements;
use crate::{Result, Store, Tx};
use usher_domain::time::Timestamp;

statements! {
    INSERT = "insert into journey (state_hash, sealed, expires_at) values ($1, $2, $3)";
    TAKE = "
        delete from journey
        where state_hash = $1 and expires_at > $2
        returning sealed
    ";
    SWEEP = "
        delete from journey
        where state_hash in (select state_hash from journey where expires_at < $1 limit $2 + 0)
    ";
    RECORD_EVENT = "
        insert into heard_notice (jti_hash, expires_at)
        values ($1, $2)
        on conflict (jti_hash) do nothing
    ";
    IS_EVENT_KNOWN = "
        select 1
        from heard_notice
        where jti_hash = $1
    ";
    SWEEP_EVENTS = "
        delete from heard_notice
        where jti_hash in (select jti_hash from heard_notice where expires_at < $1 limit $2 + 0)
    ";
}

impl Tx {
    /// Stores the state of a sign-in that starts at a provider.
    pub async fn insert_upstream_state(
        &mut self,
        state_hash: &[u8],
        sealed: &[u8],
        expires_at: Timestamp,
    ) -> Result<()> {
        self.query(INSERT).bind(state_hash).bind(sealed).bind(expires_at).done().await
    }

    /// Takes the state of a sign-in: once, and before it expires.
    pub async fn take_upstream_state(&mut self, state_hash: &[u8], now: Timestamp) -> Result<Option<Vec<u8>>> {
        self.query(TAKE).bind(state_hash).bind(now).optional().await
    }

    /// Deletes a batch of sign-ins that expired before `before`.
    pub async fn sweep_upstream_states(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(batch).run().await
    }

    /// Records a provider event as received. `false` if it was received before.
    pub async fn mark_provider_event(&mut self, jti_hash: &[u8], expires_at: Timestamp) -> Result<bool> {
        self.query(RECORD_EVENT).bind(jti_hash).bind(expires_at).changed().await
    }

    /// Deletes a batch of records of events that would no longer be accepted.
    pub async fn sweep_provider_events(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP_EVENTS).bind(before).bind(batch).run().await
    }
}

impl Store {
    /// Was a provider event received?
    pub async fn is_provider_event_known(&self, jti_hash: &[u8]) -> Result<bool> {
        self.query(IS_EVENT_KNOWN).bind(jti_hash).exists().await
    }
}
