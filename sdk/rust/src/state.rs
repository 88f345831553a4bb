//! What a module knows: keys, revocations, access rules. Requests are answered from here.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use aws_lc_rs::hmac;
use serde_json::Value as Json;
use tokio::sync::{Notify, Semaphore};

use crate::cache::{TokenCache, Verified, token_cache};
use crate::event::{Decision, Event};
use crate::issuer::IssuerClient;
use crate::locks::{lock, read, write};
use crate::options::{Misuse, Options, Transport, seconds};
use crate::policy::Rules;
use crate::proofs::spent::SpentProofs;
use crate::refusal::Reason;
use crate::revocation::{Cursor, EntryKind, RevocationList};
use crate::sessions::SessionList;
use crate::store_log::{self, LogWriter};
use crate::token::{Keys, TokenOptions};
#[cfg(feature = "web")]
use crate::web::mode::WebMode;

/// Seconds for which entries are kept after they expire, and by which a stored time may be ahead.
pub(crate) const ALLOWANCE: i64 = 30;
/// The largest number of introspections at the same time.
const MOST_ASKING: usize = 32;

/// The published keys, as they were fetched, without those that were revoked.
pub(crate) struct KeySet {
    pub(crate) keys: Keys,
    pub(crate) etag: String,
    pub(crate) raw: Json,
    /// A revoked key was still published: its successor may not have been published yet.
    pub(crate) is_outdated: bool,
}

/// The access rules, as they were fetched.
pub(crate) struct RuleSet {
    pub(crate) rules: Rules,
    pub(crate) etag: String,
    pub(crate) jws: String,
    /// Of the feed when they were fetched.
    pub(crate) epoch: u64,
}

/// The log in the store.
pub(crate) struct StoredLog {
    pub(crate) key: hmac::Key,
    /// The writer of the next line and the length of the log in bytes; `None` until a snapshot was saved.
    pub(crate) writer: tokio::sync::Mutex<Option<(LogWriter, usize)>>,
}

/// What a module knows.
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) token_options: TokenOptions,
    pub(crate) issuer: IssuerClient,
    pub(crate) cache: TokenCache,
    pub(crate) sessions: SessionList,
    pub(crate) log: StoredLog,
    pub(crate) list: RwLock<RevocationList>,
    pub(crate) keys: RwLock<Option<Arc<KeySet>>>,
    pub(crate) rules: RwLock<Option<Arc<RuleSet>>>,
    /// Clients that are known to be of the project.
    pub(crate) clients: RwLock<HashSet<String>>,
    /// Keys that leaked: a cache may still serve them when their entry has expired.
    pub(crate) revoked_keys: Mutex<HashSet<String>>,
    /// When keys were last fetched for an unknown one, in seconds since the epoch; locked while keys are fetched.
    pub(crate) keys_sought: tokio::sync::Mutex<Option<i64>>,
    /// When the list was last up to date, in seconds since the epoch; 0: never.
    pub(crate) synced: AtomicI64,
    /// The published revision of the access rules; 0: none.
    pub(crate) wanted: AtomicU64,
    /// Usher has no access rules of the project.
    pub(crate) unpublished: AtomicBool,
    /// Revocations arrive at once, or the last poll succeeded.
    pub(crate) connected: AtomicBool,
    /// The published keys have changed.
    pub(crate) keys_wanted: AtomicBool,
    /// Keys or rules have to be fetched.
    pub(crate) documents_wanted: Notify,
    /// Other rules are applied.
    pub(crate) rules_applied: Notify,
    pub(crate) asking: Semaphore,
    pub(crate) spent_proofs: SpentProofs,
    ready: tokio::sync::watch::Sender<bool>,
    stale: AtomicBool,
    /// Permissions that are not in the rules, of which the log has a warning.
    warned: Mutex<HashSet<String>>,
    /// Web mode, where it is on.
    #[cfg(feature = "web")]
    pub(crate) web: Option<WebMode>,
}

impl State {
    pub(crate) fn new(options: Options, issuer: IssuerClient) -> Result<Self, Misuse> {
        #[cfg(feature = "web")]
        let web = WebMode::new(&options, issuer.http().clone())
            .map_err(|_| Misuse::BaseUrl(options.base_url.clone().unwrap_or_default()))?;
        Ok(Self {
            token_options: options.token_options(),
            cache: token_cache(options.cache_size),
            sessions: SessionList::new(options.store_secret()),
            log: StoredLog { key: store_log::key(options.store_secret()), writer: tokio::sync::Mutex::default() },
            list: RwLock::new(RevocationList::new(ALLOWANCE, options.max_revocations)),
            keys: RwLock::default(),
            rules: RwLock::default(),
            clients: RwLock::default(),
            revoked_keys: Mutex::default(),
            keys_sought: tokio::sync::Mutex::default(),
            synced: AtomicI64::new(0),
            wanted: AtomicU64::new(0),
            unpublished: AtomicBool::new(false),
            connected: AtomicBool::new(false),
            keys_wanted: AtomicBool::new(false),
            documents_wanted: Notify::new(),
            rules_applied: Notify::new(),
            asking: Semaphore::new(MOST_ASKING),
            spent_proofs: SpentProofs::default(),
            ready: tokio::sync::watch::Sender::new(false),
            stale: AtomicBool::new(false),
            warned: Mutex::default(),
            options,
            issuer,
            #[cfg(feature = "web")]
            web,
        })
    }

    /// In seconds since the epoch.
    pub(crate) fn now(&self) -> i64 {
        (self.options.clock)()
    }

    pub(crate) fn follows(&self) -> bool {
        self.options.transport != Transport::Off
    }

    pub(crate) fn current_keys(&self) -> Option<Arc<KeySet>> {
        read(&self.keys).clone()
    }

    pub(crate) fn current_rules(&self) -> Option<Arc<RuleSet>> {
        read(&self.rules).clone()
    }

    /// The access rules, or why there are none: without rules nothing is allowed.
    pub(crate) fn needed_rules(&self) -> Result<Arc<RuleSet>, Reason> {
        let missing =
            if self.unpublished.load(Ordering::Relaxed) { Reason::RulesUnpublished } else { Reason::RulesMissing };
        self.current_rules().ok_or(missing)
    }

    pub(crate) fn cursor(&self) -> Option<Cursor> {
        read(&self.list).cursor()
    }

    pub(crate) fn is_revoked(&self, token: &Verified, now: i64) -> bool {
        read(&self.list).revoked_by(&token.marks(), now).is_some()
    }

    /// Uses a key set without the keys that leaked; gives the one before.
    pub(crate) fn use_keys(&self, keys: &Keys, etag: String, raw: Json) -> Option<Arc<KeySet>> {
        let revoked = lock(&self.revoked_keys);
        let new = KeySet { keys: keys.without(&revoked), etag, raw, is_outdated: keys.has_any(&revoked) };
        self.replace_keys(&mut write(&self.keys), new)
    }

    fn replace_keys(&self, keys: &mut Option<Arc<KeySet>>, new: KeySet) -> Option<Arc<KeySet>> {
        if new.is_outdated {
            self.documents_wanted.notify_one();
        }
        keys.replace(Arc::new(new))
    }

    /// Whether a revoked key was still published when the keys were fetched.
    pub(crate) fn has_outdated_keys(&self) -> bool {
        self.current_keys().is_some_and(|keys| keys.is_outdated)
    }

    /// Removes the keys that the list names.
    pub(crate) fn drop_revoked_keys(&self) {
        let entries = read(&self.list).entries(self.now());
        let kids = entries.into_iter().filter(|entry| entry.kind == EntryKind::Kid).map(|entry| entry.value);
        let mut revoked = lock(&self.revoked_keys);
        revoked.extend(kids);
        let mut keys = write(&self.keys);
        if let Some(old) = keys.take() {
            let is_outdated = old.is_outdated || old.keys.has_any(&revoked);
            let (etag, raw) = (old.etag.clone(), old.raw.clone());
            self.replace_keys(&mut keys, KeySet { keys: old.keys.without(&revoked), etag, raw, is_outdated });
        }
    }

    /// Whether the list is older than it may be.
    pub(crate) fn is_stale(&self, now: i64) -> bool {
        let synced = self.synced.load(Ordering::Relaxed);
        let is_old = now.saturating_sub(synced) > seconds(self.options.max_staleness);
        self.follows() && (is_old || synced > now + ALLOWANCE)
    }

    /// Whether keys and list are there.
    pub(crate) fn is_ready(&self) -> bool {
        read(&self.keys).is_some() && (self.cursor().is_some() || !self.follows())
    }

    pub(crate) fn subscribe_ready(&self) -> tokio::sync::watch::Receiver<bool> {
        self.ready.subscribe()
    }

    pub(crate) fn emit(&self, event: Event) {
        if let Some(on_event) = &self.options.on_event {
            on_event(event);
        }
    }

    pub(crate) fn emit_decision(&self, decision: impl FnOnce() -> Decision) {
        if let Some(on_decision) = &self.options.on_decision {
            on_decision(decision());
        }
    }

    /// Emits `Ready` when keys and list are there, for the first time or again.
    pub(crate) fn note_ready(&self) {
        if read(&self.keys).is_none() {
            return;
        }
        let was_ready = self.ready.send_replace(true);
        let was_stale = self.stale.swap(false, Ordering::Relaxed);
        if !was_ready || was_stale {
            self.emit(Event::Ready);
        }
    }

    /// Emits `Stale` when the list has become stale.
    pub(crate) fn note_stale(&self) {
        if self.is_stale(self.now()) && !self.stale.swap(true, Ordering::Relaxed) {
            tracing::warn!(on_stale = ?self.options.on_stale, "usher: the list of revocations is stale");
            self.emit(Event::Stale);
        }
    }

    /// Warns, once for each, of permissions that the rules do not know: they are always denied.
    pub(crate) fn warn_unknown(&self, rules: &Rules, permission: &str) {
        if !rules.has_permission(permission) && lock(&self.warned).insert(permission.to_owned()) {
            tracing::warn!(permission, "usher: the access rules have no such permission");
        }
    }
}
