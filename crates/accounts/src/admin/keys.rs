//! The lifecycle of the signing keys: planned by pure rules, executed by one instance at a time, loaded by all.

use super::old_key_uses::OldKeyUses;
use crate::core::Core;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Mutex;

use crate::error::FlowError;
use usher_domain::event::EventKind;
use usher_domain::key::{KeyStep, RotationRules, SigningKeyRecord, plan};
use usher_keys::generate::generate;
use usher_keys::keyring::Keyring;
use usher_storage::Tx;

/// The name under which the fingerprint of the master key is stored.
pub const MASTER_KEY_NAME: &str = "master-key";
/// How long other instances may still sign with an old keyring, in addition to the longest token lifetime.
const SLACK: Duration = Duration::from_mins(10);

/// The signing keys: made, rotated, retired and revoked.
pub struct SigningKeys {
    pub core: Arc<Core>,
    /// Replaced as a whole when keys change.
    pub current: RwLock<Arc<Keyring>>,
    /// Held while the keys are reloaded.
    pub reloading: Mutex<()>,
    /// Who presented tokens of keys that no longer sign, until that is written.
    pub old_key_uses: OldKeyUses,
}

impl SigningKeys {
    /// The current keyring.
    pub fn keyring(&self) -> Arc<Keyring> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Is this the master key that the database was first used with? The first one is recorded.
    pub async fn claim_master_key(&self) -> Result<bool, FlowError> {
        let ours = self.core.sealer.fingerprint();
        let mut tx = self.core.store.begin().await?;
        let recorded = tx.set_value_once(MASTER_KEY_NAME, &ours).await?;
        tx.commit().await?;
        Ok(recorded == ours)
    }

    /// Executes what the rules require at this moment, and reloads the keys.
    ///
    /// # Errors
    /// If a key cannot be made or stored.
    pub async fn tend_keys(&self) -> Result<(), FlowError> {
        self.follow_plan(self.rotation_rules()).await
    }

    /// Rotates every key now. With `at_once` the new ones sign immediately; otherwise they are published first, and
    /// sign when every relying party can have fetched them.
    ///
    /// # Errors
    /// If a key cannot be made or stored.
    pub async fn rotate_keys(&self, at_once: bool) -> Result<(), FlowError> {
        let rules = self.rotation_rules();
        let publish_before = if at_once { Duration::ZERO } else { rules.publish_before };
        self.follow_plan(RotationRules { rotate_after: Duration::ZERO, publish_before, ..rules }).await
    }

    /// Every key, oldest first.
    pub async fn list_keys(&self) -> Result<Vec<SigningKeyRecord>, FlowError> {
        Ok(self.core.store.list_keys().await?)
    }

    /// Loads the keys from the database.
    pub async fn reload_keys(&self) -> Result<(), FlowError> {
        // One at a time: a later read is also applied later, so that a removed key never comes back.
        let _alone = self.reloading.lock().await;
        let records = self.core.store.list_keys().await?;
        let keyring = Keyring::new(&records, &self.core.sealer);
        for damaged in keyring.damaged() {
            tracing::error!(key.id = damaged.kid, "keys: {damaged}");
        }
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keyring);
        Ok(())
    }

    /// The durations of the lifecycle of keys.
    pub fn rotation_rules(&self) -> RotationRules {
        let (keys, tokens) = (&self.core.config.keys, &self.core.config.tokens);
        let keep_after = tokens.longest_access_lifetime().max(tokens.id_ttl) + SLACK;
        let hint_after = self.core.config.session.absolute.max(keep_after);
        RotationRules { rotate_after: keys.rotate_after, publish_before: keys.publish_before, keep_after, hint_after }
    }

    /// Plans and acts until there is nothing left to do. The first start takes two rounds: create, then activate.
    async fn follow_plan(&self, rules: RotationRules) -> Result<(), FlowError> {
        let mut rules = rules;
        for _ in 0..4 {
            let steps = plan(self.core.now(), &self.core.store.list_keys().await?, rules);
            if steps.is_empty() {
                break;
            }
            let made = self.make_keys(&steps).await?;
            let mut tx = self.core.store.begin().await?;
            // The row exists since the first start, and stays locked until this ends: one instance acts at a time.
            tx.set_value_once(MASTER_KEY_NAME, &self.core.sealer.fingerprint()).await?;
            // Another instance may have been faster: act only if the plan is still the same.
            if plan(self.core.now(), &tx.list_keys().await?, rules) == steps {
                self.act(&mut tx, &steps, made, rules).await?;
            }
            tx.commit().await?;
            // All keys are replaced once: the new ones must not be replaced again.
            if rules.rotate_after.is_zero() {
                rules = RotationRules { rotate_after: self.core.config.keys.rotate_after, ..rules };
            }
        }
        self.reload_keys().await
    }

    /// An RSA key takes a tenth of a second, so keys are made on another thread and before the transaction.
    pub(super) async fn make_keys(&self, steps: &[KeyStep]) -> Result<Vec<SigningKeyRecord>, FlowError> {
        let mut made = Vec::new();
        for step in steps {
            if let KeyStep::Generate { alg } = step {
                let (core, alg, now) = (self.core.clone(), *alg, self.core.now());
                let making = tokio::task::spawn_blocking(move || generate(alg, &core.sealer, now, &*core.random));
                made.push(making.await.map_err(|_| {
                    usher_storage::StorageError::Unavailable("making a key was cut short".to_owned())
                })??);
            }
        }
        Ok(made)
    }

    /// Executes a plan with the keys that were made for it, and returns those that it did not need.
    pub(super) async fn act(
        &self,
        tx: &mut Tx,
        steps: &[KeyStep],
        mut made: Vec<SigningKeyRecord>,
        rules: RotationRules,
    ) -> usher_storage::Result<Vec<SigningKeyRecord>> {
        let keys = tx.list_keys().await?;
        for step in steps {
            if let Some((kind, kid)) = self.apply(tx, step, &keys, &mut made, rules).await? {
                tx.append(&self.core.event(kind).with("kid", kid)).await?;
            }
        }
        Ok(made)
    }

    /// Executes a step. Returns its event and key, unless the state of the key does not allow the step.
    async fn apply(
        &self,
        tx: &mut Tx,
        step: &KeyStep,
        keys: &[SigningKeyRecord],
        made: &mut Vec<SigningKeyRecord>,
        rules: RotationRules,
    ) -> usher_storage::Result<Option<(EventKind, String)>> {
        let now = self.core.now();
        let find = |kid: &str| keys.iter().find(|key| key.kid == kid).cloned();
        let (kind, kid, changed) = match step {
            KeyStep::Generate { alg } => {
                let Some(place) = made.iter().position(|key| key.alg == *alg) else { return Ok(None) };
                let key = made.swap_remove(place);
                tx.insert_key(&key).await?;
                return Ok(Some((EventKind::KEY_CREATED, key.kid)));
            }
            // It is no longer published since it was pruned.
            KeyStep::Forget { kid } => {
                tx.delete_key(kid).await?;
                return Ok(None);
            }
            KeyStep::Activate { kid } => (EventKind::KEY_ACTIVATED, kid, find(kid).map(|key| key.activate(now))),
            KeyStep::Retire { kid } => {
                (EventKind::KEY_RETIRED, kid, find(kid).map(|key| key.retire(now, rules.keep_after)))
            }
            KeyStep::Prune { kid } => (EventKind::KEY_PRUNED, kid, find(kid).map(|key| key.prune(now))),
        };
        let Some(Ok(key)) = changed else { return Ok(None) };
        tx.update_key(&key).await?;
        Ok(Some((kind, kid.clone())))
    }
}
