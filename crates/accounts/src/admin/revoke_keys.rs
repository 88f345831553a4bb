//! The emergency removal of compromised signing keys: they are no longer published or used, and every instance and
//! local module rejects what they signed.

use crate::admin::keys::SigningKeys;
use std::collections::BTreeSet;

use super::keys::MASTER_KEY_NAME;
use crate::error::{FlowError, Rejected};
use usher_domain::event::EventKind;
use usher_domain::key::{KeyState, KeyStep, SigningAlg, SigningKeyRecord, plan};
use usher_storage::{Result as Stored, Tx, Wakeup};

impl SigningKeys {
    /// Removes compromised keys. If one of them is active, it is replaced in the same transaction: by the next key of
    /// its algorithm, or by a new one.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if one of them does not exist, and then none is removed.
    pub async fn revoke_keys(&self, kids: &BTreeSet<String>) -> Result<(), FlowError> {
        let known = self.core.store.list_keys().await?;
        if !kids.iter().all(|kid| known.iter().any(|key| key.kid == *kid)) {
            return Err(Rejected::NotFound("signing key").into());
        }
        let made = self.make_keys(&successors_to_make(&known, kids)).await?;
        let mut tx = self.core.store.begin().await?;
        // One instance acts on the keys at a time, as in `tend_keys`.
        tx.set_value_once(MASTER_KEY_NAME, &self.core.sealer.fingerprint()).await?;
        for key in tx.list_keys().await?.iter().filter(|key| kids.contains(&key.kid)) {
            tx.delete_key(&key.kid).await?;
            let event = self.core.event(EventKind::KEY_REVOKED).with("kid", key.kid.as_str());
            tx.append(&event.with("alg", key.alg.as_str()).with("state", key.state().as_str())).await?;
        }
        self.activate_successors(&mut tx, made).await?;
        tx.wake(Wakeup::Keys).await?;
        tx.commit().await?;
        self.core.store.wake(Wakeup::Keys);
        self.reload_keys().await?;
        // Another instance may have removed the successor.
        self.tend_keys().await
    }

    /// Ensures that every algorithm has an active key: a new one is published and signs at once.
    async fn activate_successors(&self, tx: &mut Tx, mut made: Vec<SigningKeyRecord>) -> Stored<()> {
        let rules = self.rotation_rules();
        // The first round makes a key, the second activates it.
        for _ in 0..2 {
            let keys = tx.list_keys().await?;
            let signs = |alg| keys.iter().any(|key| key.alg == alg && key.state() == KeyState::Active);
            let mut steps = plan(self.core.now(), &keys, rules);
            // Steps for algorithms that still have an active key are left for later.
            steps.retain(|step| match step {
                KeyStep::Generate { alg } => !signs(*alg),
                KeyStep::Activate { kid } => keys.iter().any(|key| key.kid == *kid && !signs(key.alg)),
                KeyStep::Retire { .. } | KeyStep::Prune { .. } | KeyStep::Forget { .. } => false,
            });
            made = self.act(tx, &steps, made, rules).await?;
        }
        Ok(())
    }
}

/// The keys to make so that each algorithm has an active or activatable one after these are removed.
fn successors_to_make(known: &[SigningKeyRecord], doomed: &BTreeSet<String>) -> Vec<KeyStep> {
    let stays = |key: &&SigningKeyRecord| {
        !matches!(key.state(), KeyState::Retired | KeyState::Pruned) && !doomed.contains(&key.kid)
    };
    let lacks = |alg: &SigningAlg| !known.iter().filter(stays).any(|key| key.alg == *alg);
    SigningAlg::ALL.into_iter().filter(lacks).map(|alg| KeyStep::Generate { alg }).collect()
}
