//! The demo's sessions and sign-ins in progress. In memory, bounded, and gone when the process ends.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use aws_lc_rs::digest;
use openidconnect::{AccessToken, Nonce, PkceCodeVerifier, RefreshToken, core::CoreIdToken};
use serde_json::{Map, Value};

use super::cookies;

/// The largest number of entries of each kind; the oldest is dropped first.
const CAPACITY: usize = 10_000;

/// A session at this demo.
#[derive(Clone)]
pub struct DemoSession {
    /// The `sub` claim: userinfo must have the same.
    pub subject: openidconnect::SubjectIdentifier,
    /// The ID token, kept as a hint for sign-out.
    pub id_token: CoreIdToken,
    /// The claims of the verified ID token, unchanged.
    pub claims: Map<String, Value>,
    /// The signature algorithm of the ID token.
    pub algorithm: String,
    /// The current tokens.
    pub tokens: DemoTokens,
    /// A message for the next page, shown once.
    pub notice: Option<String>,
}

/// The token response, and when it arrived.
#[derive(Clone)]
pub struct DemoTokens {
    /// For userinfo.
    pub access: AccessToken,
    /// For the token endpoint.
    pub refresh: Option<RefreshToken>,
    /// The granted scope, separated by spaces.
    pub scope: String,
    /// The lifetime of the access token from `since`.
    pub lifetime: Option<Duration>,
    /// When the tokens arrived.
    pub since: Instant,
}

impl DemoTokens {
    /// The rest of the access token's lifetime; `None` if the provider did not send one.
    pub fn remaining(&self) -> Option<Duration> {
        self.lifetime.map(|lifetime| lifetime.saturating_sub(self.since.elapsed()))
    }

    /// Is the access token known to have expired?
    pub fn expired(&self) -> bool {
        self.remaining().is_some_and(|left| left.is_zero())
    }
}

/// Eight hexadecimal digits that distinguish two tokens and reveal neither.
pub fn fingerprint(token: &str) -> String {
    let hash = digest::digest(&digest::SHA256, token.as_bytes());
    hash.as_ref().iter().take(4).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// A sign-in in progress: what the callback must match.
pub struct PendingDemoSignIn {
    /// The browser it began in, by its cookie.
    pub browser: String,
    /// The nonce that the ID token must have.
    pub nonce: Nonce,
    /// The verifier of the PKCE challenge.
    pub verifier: PkceCodeVerifier,
    /// Was it begun by the demo itself (`prompt=none`)? Then an error is not shown.
    pub silent: bool,
    /// When it began.
    pub since: Instant,
}

/// Sessions by the value of their cookie.
#[derive(Default)]
pub struct Sessions(Mutex<Bounded<DemoSession>>);

impl Sessions {
    /// The session with this identifier.
    pub fn find(&self, id: &str) -> Option<DemoSession> {
        lock(&self.0).entries.get(id).map(|(_, session)| session.clone())
    }

    /// Stores a session, new or changed.
    pub fn put(&self, id: String, session: DemoSession) {
        lock(&self.0).put(id, session);
    }

    /// Changes a session; nothing happens if it has ended meanwhile.
    pub fn update(&self, id: &str, change: impl FnOnce(&mut DemoSession)) {
        if let Some((_, session)) = lock(&self.0).entries.get_mut(id) {
            change(session);
        }
    }

    /// Removes and returns a session.
    pub fn take(&self, id: &str) -> Option<DemoSession> {
        lock(&self.0).take(id)
    }
}

/// Sign-ins in progress by their `state`.
#[derive(Default)]
pub struct Flows(Mutex<Bounded<PendingDemoSignIn>>);

impl Flows {
    /// Stores a sign-in that begins.
    pub fn put(&self, state: String, flow: PendingDemoSignIn) {
        lock(&self.0).put(state, flow);
    }

    /// Removes and returns the sign-in with this `state`, only for the browser it began in.
    pub fn take(&self, state: &str, browser: &str) -> Option<PendingDemoSignIn> {
        let mut flows = lock(&self.0);
        let (_, flow) = flows.entries.get(state)?;
        if flow.browser != browser {
            return None;
        }
        flows.take(state).filter(|flow| flow.since.elapsed() < cookies::SIGN_IN.unsigned_abs())
    }
}

/// A map that drops its oldest entry instead of exceeding `CAPACITY`.
struct Bounded<T> {
    entries: HashMap<String, (u64, T)>,
    written: u64,
}

impl<T> Default for Bounded<T> {
    fn default() -> Self {
        Self { entries: HashMap::new(), written: 0 }
    }
}

impl<T> Bounded<T> {
    fn put(&mut self, key: String, value: T) {
        if self.entries.len() >= CAPACITY && !self.entries.contains_key(&key) {
            let oldest = self.entries.iter().min_by_key(|(_, (age, _))| *age).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                self.entries.remove(&oldest);
            }
        }
        self.written += 1;
        self.entries.insert(key, (self.written, value));
    }

    fn take(&mut self, key: &str) -> Option<T> {
        self.entries.remove(key).map(|(_, value)| value)
    }
}

/// A panic elsewhere leaves the map consistent, so poisoning is ignored.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(browser: &str) -> PendingDemoSignIn {
        PendingDemoSignIn {
            browser: browser.to_owned(),
            nonce: Nonce::new_random(),
            verifier: PkceCodeVerifier::new("v".repeat(43)),
            silent: false,
            since: Instant::now(),
        }
    }

    #[test]
    fn a_sign_in_comes_back_once_and_only_to_its_own_browser() {
        let flows = Flows::default();
        flows.put("state".to_owned(), flow("mine"));
        assert!(flows.take("state", "theirs").is_none());
        assert!(flows.take("other", "mine").is_none());
        assert!(flows.take("state", "mine").is_some());
        assert!(flows.take("state", "mine").is_none());
    }

    #[test]
    fn the_oldest_entry_makes_room() {
        let mut map = Bounded::default();
        for n in 0..=CAPACITY {
            map.put(n.to_string(), n);
        }
        assert_eq!(map.entries.len(), CAPACITY);
        assert_eq!(map.take("0"), None);
        assert_eq!(map.take("1"), Some(1));
    }

    #[test]
    fn fingerprints_of_tokens_differ_and_are_stable() {
        assert_eq!(fingerprint("abc"), "ba7816bf");
        assert_ne!(fingerprint("abc"), fingerprint("abd"));
    }
}
