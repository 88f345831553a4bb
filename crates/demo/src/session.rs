//! The demo's memory: who is signed in here, and which sign-ins are under way. Bounded, and gone when the process ends.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use aws_lc_rs::digest;
use openidconnect::{AccessToken, Nonce, PkceCodeVerifier, RefreshToken, core::CoreIdToken};
use serde_json::{Map, Value};

use super::cookies;

/// The most entries a demo remembers of either kind; the oldest goes first.
const CAPACITY: usize = 10_000;

/// One browser signed in at this demo.
#[derive(Clone)]
pub struct Session {
    /// The `sub` claim: userinfo must say the same.
    pub subject: openidconnect::SubjectIdentifier,
    /// The ID token as it came, kept to be sent back as a hint at sign-out.
    pub id_token: CoreIdToken,
    /// The verified ID token's claims as they stand in it.
    pub claims: Map<String, Value>,
    /// The signature algorithm of the ID token.
    pub algorithm: String,
    /// The tokens in use.
    pub tokens: Tokens,
    /// What to tell on the next page, once.
    pub notice: Option<String>,
}

/// What the token endpoint gave, and when.
#[derive(Clone)]
pub struct Tokens {
    /// Presented to userinfo.
    pub access: AccessToken,
    /// Presented to the token endpoint for the next pair.
    pub refresh: Option<RefreshToken>,
    /// What was granted, as one space-separated text.
    pub scope: String,
    /// How long the access token lives from `since`.
    pub lifetime: Option<Duration>,
    /// When the tokens arrived.
    pub since: Instant,
}

impl Tokens {
    /// What remains of the access token's life; `None` where the provider named no lifetime.
    pub fn remaining(&self) -> Option<Duration> {
        self.lifetime.map(|lifetime| lifetime.saturating_sub(self.since.elapsed()))
    }

    /// The access token is known to have expired.
    pub fn expired(&self) -> bool {
        self.remaining().is_some_and(|left| left.is_zero())
    }
}

/// Eight hexadecimal digits that tell two tokens apart and give neither away.
pub fn fingerprint(token: &str) -> String {
    let hash = digest::digest(&digest::SHA256, token.as_bytes());
    hash.as_ref().iter().take(4).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// A sign-in under way: what the callback must match.
pub struct Flow {
    /// The browser it began in, by its cookie.
    pub browser: String,
    /// The nonce the ID token must carry.
    pub nonce: Nonce,
    /// The secret half of the PKCE challenge.
    pub verifier: PkceCodeVerifier,
    /// Began by itself (`prompt=none`): a refusal is no news.
    pub silent: bool,
    /// When it began.
    pub since: Instant,
}

/// Sessions by the value of their cookie.
#[derive(Default)]
pub struct Sessions(Mutex<Bounded<Session>>);

impl Sessions {
    /// The session with this identifier.
    pub fn find(&self, id: &str) -> Option<Session> {
        lock(&self.0).entries.get(id).map(|(_, session)| session.clone())
    }

    /// Remembers a session, new or changed.
    pub fn put(&self, id: String, session: Session) {
        lock(&self.0).put(id, session);
    }

    /// Changes a session where it lies; nothing happens when it has ended meanwhile.
    pub fn update(&self, id: &str, change: impl FnOnce(&mut Session)) {
        if let Some((_, session)) = lock(&self.0).entries.get_mut(id) {
            change(session);
        }
    }

    /// Forgets a session and hands it out.
    pub fn take(&self, id: &str) -> Option<Session> {
        lock(&self.0).take(id)
    }
}

/// Sign-ins under way by their `state`.
#[derive(Default)]
pub struct Flows(Mutex<Bounded<Flow>>);

impl Flows {
    /// Remembers a sign-in that begins.
    pub fn put(&self, state: String, flow: Flow) {
        lock(&self.0).put(state, flow);
    }

    /// Hands out the sign-in with this `state` once, and only to the browser it began in.
    pub fn take(&self, state: &str, browser: &str) -> Option<Flow> {
        let mut flows = lock(&self.0);
        let (_, flow) = flows.entries.get(state)?;
        if flow.browser != browser {
            return None;
        }
        flows.take(state).filter(|flow| flow.since.elapsed() < cookies::SIGN_IN.unsigned_abs())
    }
}

/// A map that forgets its oldest entry rather than grow past `CAPACITY`.
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

/// A panic elsewhere leaves the map whole, so its poison is of no concern.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(browser: &str) -> Flow {
        Flow {
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
    fn a_fingerprint_tells_tokens_apart_and_is_stable() {
        assert_eq!(fingerprint("abc"), "ba7816bf");
        assert_ne!(fingerprint("abc"), fingerprint("abd"));
    }
}
