//! The emergency removal of signing keys: what somebody else may sign with leaves the house at once, and whatever it has
//! signed is refused from then on, at every instance and at every local module.

use std::collections::BTreeSet;

use super::keys::MASTER_KEY_FACT;
use crate::error::{FlowError, Rejected};
use crate::usher::Usher;
use usher_domain::event::EventKind;
use usher_domain::key::{KeyState, KeyStep, SigningAlg, SigningKeyRecord, plan};
use usher_storage::Wakeup;

impl Usher {
    /// Removes keys that are known to others. Where one of them signs, another takes its place in the same transaction: the
    /// next key of its algorithm, or one made for it.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if one of them is not there, and then nothing is removed.
    pub async fn revoke_keys(&self, kids: &BTreeSet<String>) -> Result<(), FlowError> {
        let known = self.store.list_keys().await?;
        if !kids.iter().all(|kid| known.iter().any(|key| key.kid == *kid)) {
            return Err(Rejected::NotFound("signing key").into());
        }
        let made = self.make_keys(&successors_to_make(&known, kids)).await?;
        let (usher, doomed) = (self.clone(), kids.clone());
        let revoke = self.store.write(move |mut tx| {
            Box::pin(async move {
                // One instance acts on the keys at a time, as when they are tended.
                tx.settle_fact(MASTER_KEY_FACT, usher.sealer.fingerprint().as_ref()).await?;
                for key in tx.list_keys().await?.iter().filter(|key| doomed.contains(&key.kid)) {
                    tx.delete_key(&key.kid).await?;
                    let event = usher.event(EventKind::KeyRevoked).with("kid", key.kid.as_str());
                    tx.append(&event.with("alg", key.alg.as_str()).with("state", key.state().as_str())).await?;
                }
                usher.let_others_sign(&mut tx, made).await?;
                tx.wake(Wakeup::Keys).await
            })
        });
        revoke.await?;
        self.store.wake(Wakeup::Keys);
        self.reload_keys().await?;
        // Somebody else may have removed what was to take the place.
        self.tend_keys().await
    }

    /// Every algorithm has a key that signs when this ends: a new one is made known and signs at once.
    async fn let_others_sign(
        &self,
        tx: &mut usher_storage::Tx<'_>,
        mut made: Vec<SigningKeyRecord>,
    ) -> usher_storage::Result<()> {
        let rules = self.rotation_rules();
        // Made in the first round, activated in the second.
        for _ in 0..2 {
            let keys = tx.list_keys().await?;
            let signs = |alg| keys.iter().any(|key| key.alg == alg && key.state() == KeyState::Active);
            let mut steps = plan(self.now(), &keys, rules);
            // What is due for algorithms that still sign waits for its hour.
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

/// The keys to be made so that each algorithm has one that signs, or can sign, once these are gone.
fn successors_to_make(known: &[SigningKeyRecord], doomed: &BTreeSet<String>) -> Vec<KeyStep> {
    let stays = |key: &&SigningKeyRecord| {
        !matches!(key.state(), KeyState::Retired | KeyState::Pruned) && !doomed.contains(&key.kid)
    };
    let lacks = |alg: &SigningAlg| !known.iter().filter(stays).any(|key| key.alg == *alg);
    SigningAlg::ALL.into_iter().filter(lacks).map(|alg| KeyStep::Generate { alg }).collect()
}
