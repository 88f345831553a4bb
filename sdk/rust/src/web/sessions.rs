//! Sessions of the application. The cookie holds an encrypted id; the store holds the encrypted session.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use moka::sync::Cache;
use openidconnect::CsrfToken;
use serde::{Deserialize, Serialize};

use super::seal::Sealer;
use crate::options::{WebOptions, seconds};
use crate::policy::Attributes;
use crate::store::{Store, StoreError};

/// How long a session that was read is used: another process may have ended it.
const BELIEVED: Duration = Duration::from_secs(15);
/// The longest cookie that is decrypted.
const LONGEST_COOKIE: usize = 4096;
/// Sessions that are remembered.
const REMEMBERED: u64 = 10_000;

/// The tokens of a sign-in or a refresh.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Tokens {
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
    pub(super) id_token: Option<String>,
    /// Of the access token, in seconds since the epoch.
    pub(super) expires_at: i64,
    /// The claims of the ID token.
    pub(super) claims: Option<Attributes>,
}

/// A session of the application.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct WebSession {
    /// The session at Usher.
    pub(super) sid: String,
    /// In seconds since the epoch.
    pub(super) created_at: i64,
    pub(super) tokens: Tokens,
}

/// A session and its key in the store.
pub(super) struct Found {
    pub(super) key: String,
    pub(super) session: Arc<WebSession>,
}

#[derive(Serialize, Deserialize)]
struct CookieContent {
    id: String,
}

pub(super) struct WebSessions {
    store: Arc<dyn Store>,
    cookies: Sealer,
    values: Sealer,
    idle: Duration,
    absolute: Duration,
    recent: Cache<String, Arc<WebSession>>,
    /// Sessions whose use was recorded a moment ago.
    touched: Cache<String, ()>,
}

impl WebSessions {
    pub(super) fn new(store: Arc<dyn Store>, options: &WebOptions) -> Self {
        let touch_every = (options.idle / 10).min(Duration::from_secs(60));
        Self {
            store,
            cookies: Sealer::new(&options.secrets, "cookie"),
            values: Sealer::new(&options.secrets, "session"),
            idle: options.idle,
            absolute: options.absolute,
            recent: Cache::builder().max_capacity(REMEMBERED).time_to_live(BELIEVED).build(),
            touched: Cache::builder().max_capacity(REMEMBERED).time_to_live(touch_every).build(),
        }
    }

    /// Begins a session, and gives the value of its cookie.
    pub(super) async fn begin(&self, session: WebSession) -> Result<String, StoreError> {
        let id = CsrfToken::new_random_len(32).into_secret();
        let (key, sid) = (key_of(&id), session.sid.clone());
        self.touch(&key).await?;
        self.save(&key, session).await?;
        let mut keys = self.keys_of(&sid).await?;
        keys.push(key);
        self.set_index(&sid, &keys).await?;
        self.cookies.seal(&CookieContent { id })
    }

    /// The session of a cookie, unless it has ended.
    pub(super) async fn find(&self, cookie: Option<&str>, now: i64) -> Result<Option<Found>, StoreError> {
        let cookie = cookie.filter(|cookie| cookie.len() <= LONGEST_COOKIE);
        let Some(CookieContent { id }) = cookie.and_then(|cookie| self.cookies.open(cookie)) else { return Ok(None) };
        let key = key_of(&id);
        let session = match self.recent.get(&key) {
            Some(session) => Some(session),
            None => self.load(&key).await?,
        };
        let Some(session) = session else { return Ok(None) };
        if now >= session.created_at.saturating_add(seconds(self.absolute)) {
            self.end(&key, &session.sid).await?;
            return Ok(None);
        }
        if !self.touched.contains_key(&key) {
            self.touch(&key).await?;
        }
        Ok(Some(Found { key, session }))
    }

    /// Records the use in a value of its own, so that no process overwrites newer tokens of another with its own.
    async fn touch(&self, key: &str) -> Result<(), StoreError> {
        self.touched.insert(key.to_owned(), ());
        self.store.set(&used_key(key), b"1".to_vec(), self.idle).await
    }

    /// Reads a session from the store.
    pub(super) async fn load(&self, key: &str) -> Result<Option<Arc<WebSession>>, StoreError> {
        let sealed = self.store.get(key).await?;
        let is_used = self.store.get(&used_key(key)).await?.is_some();
        let session =
            sealed.filter(|_| is_used).and_then(|sealed| self.values.open(std::str::from_utf8(&sealed).ok()?));
        let session: Option<Arc<WebSession>> = session.map(Arc::new);
        match &session {
            Some(session) => self.recent.insert(key.to_owned(), Arc::clone(session)),
            None => self.recent.invalidate(key),
        }
        Ok(session)
    }

    pub(super) async fn save(&self, key: &str, session: WebSession) -> Result<Arc<WebSession>, StoreError> {
        self.store.set(key, self.values.seal(&session)?.into_bytes(), self.absolute).await?;
        let session = Arc::new(session);
        self.recent.insert(key.to_owned(), Arc::clone(&session));
        Ok(session)
    }

    pub(super) async fn end(&self, key: &str, sid: &str) -> Result<(), StoreError> {
        self.forget(key).await?;
        let mut left = self.keys_of(sid).await?;
        left.retain(|each| each != key);
        if left.is_empty() { self.store.delete(&index_key(sid)).await } else { self.set_index(sid, &left).await }
    }

    /// Ends all sessions of the application that belong to a session at Usher.
    pub(super) async fn end_all(&self, sid: &str) -> Result<(), StoreError> {
        for key in self.keys_of(sid).await? {
            self.forget(&key).await?;
        }
        self.store.delete(&index_key(sid)).await
    }

    async fn forget(&self, key: &str) -> Result<(), StoreError> {
        self.recent.invalidate(key);
        self.store.delete(key).await?;
        self.store.delete(&used_key(key)).await
    }

    /// Whether a name comes for the first time within this time.
    pub(super) async fn is_first(&self, name: &str, within: Duration) -> Result<bool, StoreError> {
        let key = format!("web:once:{name}");
        if self.store.get(&key).await?.is_some() {
            return Ok(false);
        }
        self.store.set(&key, b"1".to_vec(), within).await?;
        Ok(true)
    }

    async fn keys_of(&self, sid: &str) -> Result<Vec<String>, StoreError> {
        let text = self.store.get(&index_key(sid)).await?;
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default())
    }

    async fn set_index(&self, sid: &str, keys: &[String]) -> Result<(), StoreError> {
        self.store.set(&index_key(sid), serde_json::to_vec(keys)?, self.absolute).await
    }
}

/// The store has a hash of the id, so that it does not reveal the content of cookies.
fn key_of(id: &str) -> String {
    format!("web:session:{}", BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, id.as_bytes())))
}

fn used_key(key: &str) -> String {
    format!("{key}:used")
}

fn index_key(sid: &str) -> String {
    format!("web:sid:{sid}")
}
