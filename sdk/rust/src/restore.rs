//! Reads the store when the module starts.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::locks::write;
use crate::revocation::ListSnapshot;
use crate::sessions::Session;
use crate::state::State;
use crate::store::StoreError;
use crate::store_log::{StoredState, read};
use crate::token::Keys;

/// The key of the list of sessions.
pub(crate) const SESSIONS_KEY: &str = "sessions";

impl State {
    /// Continues from the store. What it holds is left out with a warning if it is not valid; a store that fails is an error.
    pub(crate) async fn restore(&self) -> Result<(), StoreError> {
        let Some(store) = &self.options.store else { return Ok(()) };
        let text = store.load_snapshot().await?;
        // A store that cannot be written is noticed now, not at the first revocation.
        store.set("probe", b"usher".to_vec(), Duration::from_secs(60)).await?;
        store.delete("probe").await?;
        let sessions = store.get(SESSIONS_KEY).await.ok().flatten();
        let sessions: Option<Vec<Session>> = sessions.and_then(|sessions| serde_json::from_slice(&sessions).ok());
        self.sessions.restore(sessions.unwrap_or_default()); // no decision depends on them
        let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(()) };
        match read(&text, &self.log.key, self.log_owner()) {
            Ok(stored) => self.adopt(stored),
            Err(fault) => tracing::warn!(reason = %fault, "usher: what the store holds is refused"),
        }
        Ok(())
    }

    fn adopt(&self, stored: StoredState) {
        let Some((etag, raw)) = stored.keys else {
            tracing::warn!("usher: the store holds no keys");
            return;
        };
        let keys = match Keys::parse(raw.to_string().as_bytes()) {
            Ok(keys) => keys,
            Err(fault) => {
                tracing::warn!(reason = %fault, "usher: the keys of the store are refused");
                return;
            }
        };
        self.use_keys(&keys, etag, raw);
        let epoch = stored.cursor.epoch;
        if self.follows() {
            let snapshot = ListSnapshot {
                cursor: stored.cursor,
                entries: stored.entries,
                policy: None,
                keys_etag: None,
                project: None,
            };
            let replaced = write(&self.list).replace(&snapshot, self.now());
            debug_assert!(replaced.is_ok(), "the list was empty");
            self.drop_revoked_keys();
            self.synced.store(stored.at, Ordering::Relaxed);
        }
        write(&self.clients).extend(stored.clients);
        if let Some((etag, jws)) = stored.policy.filter(|_| self.options.policy) {
            if let Err(fault) = self.apply_rules(&jws, &etag, epoch) {
                tracing::warn!(reason = %fault, "usher: the access rules of the store are refused");
            }
            let revision = self.current_rules().map_or(0, |rules| rules.rules.table.revision);
            self.wanted.store(revision, Ordering::Relaxed);
        }
        if !self.is_stale(self.now()) {
            self.note_ready();
        }
    }
}
