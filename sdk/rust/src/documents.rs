//! Keys and access rules: fetched, verified, applied.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use reqwest::StatusCode;
use usher_policy::limits::TABLE_BYTES;

use crate::event::Event;
use crate::issuer::IssuerError;
use crate::locks::write;
use crate::policy::{Rules, RulesFault};
use crate::refusal::Reason;
use crate::state::{RuleSet, State};
use crate::token::{Keys, verify_document};

/// The least number of seconds between two fetches of the keys because of tokens with unknown keys.
const KEYS_PAUSE: i64 = 1;

/// Access rules that are not applied.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RulesRefused {
    #[error("there is no key to verify them with")]
    NoKeys,
    #[error("{}", .0.as_str())]
    Unsigned(Reason),
    #[error(transparent)]
    Unusable(#[from] RulesFault),
    #[error("they are of the project {0}")]
    Foreign(String),
    #[error("they have revision {0}, older than {1}")]
    Older(u64, u64),
}

impl State {
    /// Fetches the keys.
    pub(crate) async fn fetch_keys(&self) -> Result<(), IssuerError> {
        let _turn = self.keys_sought.lock().await;
        self.load_keys().await
    }

    /// Fetches the keys for an unknown one, at most once in a second: the notice of a new key may have been lost. Who comes
    /// meanwhile waits for the same response.
    pub(crate) async fn seek_keys(&self) -> Result<(), IssuerError> {
        let mut sought = self.keys_sought.lock().await;
        let now = self.now();
        if sought.is_some_and(|at| (now - at).abs() < KEYS_PAUSE) {
            return Ok(());
        }
        *sought = Some(now);
        self.load_keys().await
    }

    async fn load_keys(&self) -> Result<(), IssuerError> {
        let answer = self.issuer.keys().await?;
        let keys = Keys::parse(&answer.body).map_err(|fault| answer.unreadable(&fault))?;
        let old = self.use_keys(&keys, answer.etag.clone(), answer.json()?);
        if old.is_some_and(|old| old.etag != answer.etag) {
            self.save().await;
        }
        Ok(())
    }

    /// Fetches the keys if they changed, or if a revoked one was still published: an instance of Usher may send the
    /// revocation of a key before it publishes the next one.
    pub(crate) async fn renew_keys(&self) -> Result<(), IssuerError> {
        if !self.keys_wanted.swap(false, Ordering::Relaxed) && !self.has_outdated_keys() {
            return Ok(());
        }
        if let Err(error) = self.fetch_keys().await {
            self.keys_wanted.store(true, Ordering::Relaxed);
            return Err(error);
        }
        if self.has_outdated_keys() { Err(IssuerError::KeysOutdated) } else { Ok(()) }
    }

    /// Records the published revision of the access rules.
    pub(crate) fn want_rules(&self, revision: Option<u64>) {
        if !self.options.policy {
            return;
        }
        self.wanted.store(revision.unwrap_or_default(), Ordering::Relaxed);
        if revision.is_some() {
            self.unpublished.store(false, Ordering::Relaxed);
            self.documents_wanted.notify_one();
            return;
        }
        if write(&self.rules).take().is_some() {
            self.emit(Event::PolicyChanged(None));
        }
        if !self.unpublished.swap(true, Ordering::Relaxed) && self.options.enforce_routes {
            let project = self.options.project.as_deref().unwrap_or_default();
            tracing::warn!(
                project,
                "usher: no access rules are published; every request is answered 503 until some are: publish them at Usher, or build the module with enforce_routes(false)"
            );
        }
    }

    /// Fetches the access rules, if the published revision is not the applied one.
    pub(crate) async fn fetch_rules(&self) -> Result<(), IssuerError> {
        let (true, Some(project)) = (self.options.policy, &self.options.project) else { return Ok(()) };
        let (current, wanted) = (self.current_rules(), self.wanted.load(Ordering::Relaxed));
        let applied = current.as_ref().map(|current| current.rules.table.revision);
        if self.follows() && (wanted == 0 || applied == Some(wanted)) {
            return Ok(());
        }
        let answer = match self.issuer.rules(project, current.as_ref().map(|current| current.etag.as_str())).await {
            // Without the feed this says either that nothing is published, or that the project is another one.
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) && !self.follows() => {
                self.want_rules(None);
                return Ok(());
            }
            answer => answer
                .map_err(|error| error.explained("is the option project the id of the client's project?", &[404]))?,
        };
        if answer.status == StatusCode::NOT_MODIFIED {
            return Ok(());
        }
        let jws = String::from_utf8_lossy(&answer.body).into_owned();
        let epoch = self.cursor().map_or(0, |cursor| cursor.epoch);
        let mut applied = self.apply_rules(&jws, &answer.etag, epoch);
        if matches!(applied, Err(RulesRefused::Unsigned(Reason::KeyUnknown))) {
            self.seek_keys().await?;
            applied = self.apply_rules(&jws, &answer.etag, epoch);
        }
        applied.map_err(|fault| answer.unreadable(&fault))?;
        self.save().await;
        Ok(())
    }

    /// Verifies signed rules and applies them. A lower revision is refused, unless the epoch of the feed is newer, as after a
    /// restored backup.
    pub(crate) fn apply_rules(&self, jws: &str, etag: &str, epoch: u64) -> Result<(), RulesRefused> {
        let keys = self.current_keys().ok_or(RulesRefused::NoKeys)?;
        let text =
            verify_document(jws, &keys.keys, "usher-policy+jws", 2 * TABLE_BYTES).map_err(RulesRefused::Unsigned)?;
        let rules = Rules::parse(&text)?;
        if Some(&rules.table.project) != self.options.project.as_ref() {
            return Err(RulesRefused::Foreign(rules.table.project));
        }
        let revision = rules.table.revision;
        let old = {
            let mut current = write(&self.rules);
            let old = current.as_ref().map(|old| (old.rules.table.revision, old.epoch));
            if let Some((newer, of)) = old
                && revision < newer
                && epoch <= of
            {
                return Err(RulesRefused::Older(revision, newer));
            }
            *current = Some(Arc::new(RuleSet { rules, etag: etag.to_owned(), jws: jws.to_owned(), epoch }));
            old
        };
        self.unpublished.store(false, Ordering::Relaxed);
        if old.is_none_or(|(old, _)| old != revision) {
            tracing::info!(revision, "usher: access rules are applied");
            self.rules_applied.notify_one();
            self.emit(Event::PolicyChanged(Some(revision)));
        }
        Ok(())
    }
}
