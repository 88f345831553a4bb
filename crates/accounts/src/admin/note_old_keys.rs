//! Which clients still present tokens of keys that no longer sign: known before such a key is revoked.

use std::time::Duration;

use super::keys::SigningKeys;
use crate::error::FlowError;
use usher_domain::key::{KeyUse, SigningAlg};
use usher_keys::verify::VerifiedToken;

/// How long ago a use may be to be of interest.
const SHOWN_FOR: Duration = Duration::from_hours(90 * 24);

impl SigningKeys {
    /// Notes that a client presented this token, unless its key signs now.
    pub fn note_presented(&self, token: &VerifiedToken, client_id: &str) {
        if !token.key_signs {
            self.old_key_uses.note(&token.kid, client_id, self.core.now());
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

    /// Who presented tokens of keys that no longer sign in the last 90 days, newest first, at most 100.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_old_key_uses(&self) -> Result<Vec<KeyUse>, FlowError> {
        let mut uses = self.core.store.list_key_uses(self.core.now() - SHOWN_FOR).await?;
        // An instance that has not loaded the newest keys yet notes those that sign elsewhere.
        let keyring = self.keyring();
        let signs = |kid: &str| SigningAlg::ALL.iter().any(|alg| keyring.active_kid(*alg) == Some(kid));
        uses.retain(|one| !signs(&one.kid));
        Ok(uses)
    }
}
