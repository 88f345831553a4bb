//! The life of the signing keys: planned by pure rules, carried out by one instance at a time, learnt of by all.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crate::error::FlowError;
use crate::usher::Usher;
use usher_domain::event::EventKind;
use usher_domain::key::{KeyStep, RotationRules, SigningKeyRecord, plan};
use usher_keys::generate::generate;
use usher_keys::keyring::Keyring;
use usher_storage::Tx;

/// The name of the house's mark of its master key.
pub const MASTER_KEY_FACT: &str = "master-key";
/// Past the longest life of a token, other instances may still sign with an old keyring for so long.
const SLACK: Duration = Duration::from_mins(10);

impl Usher {
    /// Is this the master key of the first start? The first one ever used is.
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn settle_master_key(&self) -> Result<bool, FlowError> {
        let ours = self.sealer.fingerprint().to_vec();
        let given = ours.clone();
        let settle =
            self.store.write(move |mut tx| Box::pin(async move { tx.settle_fact(MASTER_KEY_FACT, &given).await }));
        Ok(settle.await? == ours)
    }

    /// Does whatever the rules ask for at this moment, and takes up the keys as they are then.
    ///
    /// # Errors
    /// If a key cannot be made or stored.
    pub async fn tend_keys(&self) -> Result<(), FlowError> {
        self.follow_plan(self.rotation_rules()).await
    }

    /// Replaces every key now. The new ones sign at once where `at_once` is set (a key has leaked); otherwise they are
    /// published first, and sign when every relying party can know them.
    ///
    /// # Errors
    /// If a key cannot be made or stored.
    pub async fn rotate_keys(&self, at_once: bool) -> Result<(), FlowError> {
        let rules = self.rotation_rules();
        let publish_before = if at_once { Duration::ZERO } else { rules.publish_before };
        self.follow_plan(RotationRules { rotate_after: Duration::ZERO, publish_before, ..rules }).await
    }

    /// Every key, oldest first.
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn list_keys(&self) -> Result<Vec<SigningKeyRecord>, FlowError> {
        Ok(self.store.list_keys().await?)
    }

    /// Takes up the keys as they stand in the database.
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn reload_keys(&self) -> Result<(), FlowError> {
        // One at a time: whoever reads later also writes later, so that a key that was removed never comes back.
        let _alone = self.reloading.lock().await;
        let records = self.store.list_keys().await?;
        let keyring = Keyring::new(&records, &self.sealer);
        for damaged in keyring.damaged() {
            tracing::error!(key.id = damaged.kid, "keys: {damaged}");
        }
        *self.keyring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keyring);
        Ok(())
    }

    pub(super) fn rotation_rules(&self) -> RotationRules {
        let (keys, tokens) = (&self.config.keys, &self.config.tokens);
        let keep_after = tokens.access_ttl.max(tokens.id_ttl) + SLACK;
        let hint_after = self.config.session.absolute.max(keep_after);
        RotationRules { rotate_after: keys.rotate_after, publish_before: keys.publish_before, keep_after, hint_after }
    }

    /// Plans and acts until there is nothing left to do. The first start takes two rounds: make, then activate.
    async fn follow_plan(&self, rules: RotationRules) -> Result<(), FlowError> {
        let mut rules = rules;
        for _ in 0..4 {
            let steps = plan(self.now(), &self.store.list_keys().await?, rules);
            if steps.is_empty() {
                break;
            }
            let made = self.make_keys(&steps).await?;
            let (usher, planned, asked) = (self.clone(), steps, rules);
            let act = self.store.write(move |mut tx| {
                Box::pin(async move {
                    // The fact stands since the first start, and is held until this ends: one instance acts at a time.
                    tx.settle_fact(MASTER_KEY_FACT, usher.sealer.fingerprint().as_ref()).await?;
                    // Another instance may have been faster: act only on the plan that still holds.
                    if plan(usher.now(), &tx.list_keys().await?, asked) != planned {
                        return Ok(());
                    }
                    usher.act(&mut tx, &planned, made, asked).await.map(drop)
                })
            });
            act.await?;
            // "Replace every key" is said once: what was just made is not to be replaced again.
            if rules.rotate_after.is_zero() {
                rules = RotationRules { rotate_after: self.config.keys.rotate_after, ..rules };
            }
        }
        self.reload_keys().await
    }

    /// RSA keys take a tenth of a second each: made aside, and before the transaction.
    pub(super) async fn make_keys(&self, steps: &[KeyStep]) -> Result<Vec<SigningKeyRecord>, FlowError> {
        let mut made = Vec::new();
        for step in steps {
            if let KeyStep::Generate { alg } = step {
                let (usher, alg, now) = (self.clone(), *alg, self.now());
                let making = tokio::task::spawn_blocking(move || generate(alg, &usher.sealer, now, &*usher.random));
                made.push(making.await.map_err(|_| {
                    usher_storage::StorageError::Unavailable("making a key was cut short".to_owned())
                })??);
            }
        }
        Ok(made)
    }

    /// Carries a plan out with the keys that were made for it, and gives back those that it did not need.
    pub(super) async fn act(
        &self,
        tx: &mut Tx<'_>,
        steps: &[KeyStep],
        mut made: Vec<SigningKeyRecord>,
        rules: RotationRules,
    ) -> usher_storage::Result<Vec<SigningKeyRecord>> {
        let (now, keys) = (self.now(), tx.list_keys().await?);
        let find = |kid: &str| keys.iter().find(|key| key.kid == kid).cloned();
        for step in steps {
            let (kind, kid) = match step {
                KeyStep::Generate { alg } => {
                    let Some(place) = made.iter().position(|key| key.alg == *alg) else { continue };
                    let key = made.swap_remove(place);
                    tx.insert_key(&key).await?;
                    (EventKind::KeyCreated, key.kid)
                }
                KeyStep::Activate { kid } => {
                    let Some(Ok(key)) = find(kid).map(|key| key.activate(now)) else { continue };
                    tx.update_key(&key).await?;
                    (EventKind::KeyActivated, key.kid)
                }
                KeyStep::Retire { kid } => {
                    let Some(Ok(key)) = find(kid).map(|key| key.retire(now, rules.keep_after)) else { continue };
                    tx.update_key(&key).await?;
                    (EventKind::KeyRetired, key.kid)
                }
                KeyStep::Prune { kid } => {
                    let Some(Ok(key)) = find(kid).map(|key| key.prune(now)) else { continue };
                    tx.update_key(&key).await?;
                    (EventKind::KeyPruned, key.kid)
                }
                // Nobody outside has known it since it was pruned.
                KeyStep::Forget { kid } => {
                    tx.delete_key(kid).await?;
                    continue;
                }
            };
            tx.append(&self.event(kind).with("kid", kid)).await?;
        }
        Ok(made)
    }
}
