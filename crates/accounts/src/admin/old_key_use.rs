//! Which clients still present tokens of keys that no longer sign: known before such a key is revoked.
//!
//! What is presented is collected in memory, so that no request waits for it, and written by a job.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::keys::SigningKeys;
use crate::error::FlowError;
use usher_domain::id::ClientId;
use usher_domain::key::{KeyUse, SigningAlg};
use usher_domain::time::Timestamp;

/// Most uses that wait to be written. Others are noted when they come again.
const MOST: usize = 10_000;

/// What was presented since it was last written: key and client, with the time.
#[derive(Debug, Default)]
pub struct OldKeyUses(Mutex<HashMap<(String, String), Timestamp>>);

impl OldKeyUses {
    fn note(&self, kid: &str, client_id: &str, at: Timestamp) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pair = (kid.to_owned(), client_id.to_owned());
        if seen.len() < MOST || seen.contains_key(&pair) {
            seen.insert(pair, at);
        }
    }

    fn take(&self) -> Vec<KeyUse> {
        let seen = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let uses =
            seen.into_iter().map(|((kid, client), at)| KeyUse { kid, client_id: ClientId(client), last_used_at: at });
        uses.collect()
    }
}

impl SigningKeys {
    /// Notes that a client presented a token of this key, unless the key signs now.
    pub fn note_presented(&self, kid: &str, alg: SigningAlg, client_id: &str) {
        if self.keyring().active_kid(alg) != Some(kid) {
            self.old_key_uses.note(kid, client_id, self.core.now());
        }
    }

    /// Writes what was presented to this instance.
    ///
    /// # Errors
    /// If the database fails: what was not written is noted again when it is presented again.
    pub async fn write_old_key_uses(&self) -> Result<(), FlowError> {
        let uses = self.old_key_uses.take();
        if uses.is_empty() {
            return Ok(());
        }
        let mut tx = self.core.store.begin().await?;
        for one in &uses {
            tx.put_key_use(one).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Who presented tokens of keys that no longer sign, newest first, at most 100.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_old_key_uses(&self) -> Result<Vec<KeyUse>, FlowError> {
        let mut uses = self.core.store.list_key_uses().await?;
        let keyring = self.keyring();
        let signs = |kid: &str| SigningAlg::ALL.iter().any(|alg| keyring.active_kid(*alg) == Some(kid));
        uses.retain(|one| !signs(&one.kid));
        Ok(uses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_time_of_each_pair_is_kept_and_taken_once() {
        let uses = OldKeyUses::default();
        uses.note("a", "web", Timestamp(1));
        uses.note("a", "web", Timestamp(2));
        uses.note("b", "web", Timestamp(3));
        let mut taken = uses.take();
        taken.sort_by(|a, b| a.kid.cmp(&b.kid));
        let times: Vec<_> = taken.iter().map(|one| (one.kid.as_str(), one.last_used_at.0)).collect();
        assert_eq!(times, [("a", 2), ("b", 3)]);
        assert!(uses.take().is_empty());
    }

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let uses = OldKeyUses::default();
        for number in 0..MOST + 5 {
            uses.note("a", &number.to_string(), Timestamp(1));
        }
        assert_eq!(uses.take().len(), MOST);
    }
}
