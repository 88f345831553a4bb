use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use tokio::sync::watch;

use super::signer::Signer;
use super::{AUDIENCE, CLIENT_ID, PROJECT};
use crate::builder::{self, Builder};
use crate::locks::lock;
use crate::usher::Usher;

/// Usher, as far as a module needs it, in memory.
pub(super) struct TestIssuer {
    pub(super) url: String,
    pub(super) signer: Signer,
    /// Seconds by which the clock is ahead.
    pub(super) ahead: Arc<AtomicI64>,
    pub(super) content: Mutex<Content>,
    /// Sent whenever something is new.
    pub(super) news: watch::Sender<()>,
    away: AtomicBool,
    minted: AtomicU64,
    inactive: Mutex<HashSet<String>>,
}

/// What is published.
pub(super) struct Content {
    pub(super) epoch: u64,
    /// The event at position n has the index n-1.
    pub(super) events: Vec<Json>,
    /// The table and its revision.
    pub(super) rules: Option<(Json, u64)>,
}

impl Content {
    /// Appends an event; gives the cursor after it.
    fn append(&mut self, mut event: Json) -> String {
        event["c"] = (self.events.len() + 1).into();
        self.events.push(event);
        self.cursor()
    }

    pub(super) fn cursor(&self) -> String {
        format!("e{}.{}", self.epoch, self.events.len())
    }
}

impl TestIssuer {
    /// An issuer that is served at this URL.
    pub(super) fn new(url: String) -> Self {
        Self {
            url,
            signer: Signer::default(),
            ahead: Arc::default(),
            content: Mutex::new(Content { epoch: 1, events: vec![], rules: None }),
            news: watch::Sender::new(()),
            away: AtomicBool::new(false),
            minted: AtomicU64::new(0),
            inactive: Mutex::default(),
        }
    }

    /// The options of a module.
    pub(super) fn builder(&self) -> Builder {
        let ahead = Arc::clone(&self.ahead);
        let builder = Usher::builder().issuer(&self.url).client_id(CLIENT_ID).client_secret("secret");
        let builder = builder.audience(AUDIENCE).project(PROJECT);
        builder.clock(move || builder::now() + ahead.load(Ordering::Relaxed))
    }

    pub(super) fn now(&self) -> i64 {
        builder::now() + self.ahead.load(Ordering::Relaxed)
    }

    pub(super) fn position(&self) -> usize {
        lock(&self.content).events.len()
    }

    pub(super) fn next_id(&self) -> String {
        format!("token-{}", self.minted.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) fn revoke(&self, kind: &str, value: &str) -> String {
        let now = self.now();
        let mut content = lock(&self.content);
        let mut event = json!({ "t": "ev", "k": kind, "v": value, "exp": now + 600, "why": "test", "at": now });
        if ["sub", "client", "project"].contains(&kind) {
            event["before"] = (content.events.len() + 1).into();
        }
        let cursor = content.append(event);
        drop(content);
        self.news.send_replace(());
        cursor
    }

    pub(super) fn publish(&self, mut rules: Json) -> u64 {
        let mut content = lock(&self.content);
        let revision = content.rules.as_ref().map_or(1, |(_, revision)| revision + 1);
        for (name, value) in [("v", json!(1)), ("project", json!(PROJECT)), ("default", json!("deny"))] {
            rules[name] = value;
        }
        rules["revision"] = revision.into();
        rules["iat"] = self.now().into();
        content.rules = Some((rules, revision));
        content.append(json!({ "t": "policy", "rev": revision }));
        drop(content);
        self.news.send_replace(());
        revision
    }

    pub(super) fn begin_epoch(&self) -> String {
        let mut content = lock(&self.content);
        content.epoch += 1;
        let cursor = content.cursor();
        drop(content);
        self.news.send_replace(());
        cursor
    }

    pub(super) fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::Relaxed);
        self.news.send_replace(());
    }

    pub(super) fn is_away(&self) -> bool {
        self.away.load(Ordering::Relaxed)
    }

    pub(super) fn is_active(&self, token: &str) -> bool {
        !lock(&self.inactive).contains(token)
    }

    pub(super) fn deactivate(&self, token: &str) {
        lock(&self.inactive).insert(token.to_owned());
    }
}
