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
/// How long a session that was ended is remembered, longer than any request that still has it.
const ENDED: Duration = Duration::from_secs(120);
/// The largest number of sessions of the application that belong to one session at Usher; the oldest ones end.
const MOST_OF_ONE: usize = 20;

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
    /// Sessions that were ended a moment ago: a request that runs meanwhile brings none of them back.
    ended: Cache<String, ()>,
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
            ended: Cache::builder().max_capacity(REMEMBERED).time_to_live(ENDED).build(),
        }
    }

    /// Begins a session, and gives the value of its cookie.
    pub(super) async fn begin(&self, session: WebSession) -> Result<String, StoreError> {
        let id = CsrfToken::new_random_len(32).into_secret();
        let (key, sid) = (key_of(&id), session.sid.clone());
        self.touch(&key).await?;
        self.save(&key, session).await?;
        if !sid.is_empty() {
            self.index(&sid, key).await?;
        }
        self.cookies.seal(&CookieContent { id })
    }

    /// Adds a session to those of a session at Usher.
    async fn index(&self, sid: &str, key: String) -> Result<(), StoreError> {
        let mut keys = self.keys_of(sid).await?;
        keys.push(key);
        for old in keys.drain(..keys.len().saturating_sub(MOST_OF_ONE)) {
            self.forget(&old).await?;
        }
        self.set_index(sid, &keys).await
    }

    /// The session of a cookie, unless it has ended.
    pub(super) async fn find(&self, cookie: Option<&str>, now: i64) -> Result<Option<Found>, StoreError> {
        let cookie = cookie.filter(|cookie| cookie.len() <= LONGEST_COOKIE);
        let Some(CookieContent { id }) = cookie.and_then(|cookie| self.cookies.open(cookie)) else { return Ok(None) };
        let key = key_of(&id);
        // Its use is recorded only if the store still has it: another process may have ended it.
        let is_touched = self.touched.contains_key(&key);
        let session = match self.recent.get(&key).filter(|_| is_touched) {
            Some(session) => Some(session),
            None => self.load(&key).await?,
        };
        let Some(session) = session else { return Ok(None) };
        if now >= session.created_at.saturating_add(seconds(self.absolute)) {
            self.end(&key, &session.sid).await?;
            return Ok(None);
        }
        if !is_touched {
            self.touch(&key).await?;
        }
        Ok(Some(Found { key, session }))
    }

    /// Records the use in a value of its own, so that no process overwrites newer tokens of another with its own.
    async fn touch(&self, key: &str) -> Result<(), StoreError> {
        self.touched.insert(key.to_owned(), ());
        self.store.set(&used_key(key), b"1".to_vec(), self.idle).await
    }

    /// Reads a session from the store, unless it has ended.
    pub(super) async fn load(&self, key: &str) -> Result<Option<Arc<WebSession>>, StoreError> {
        let sealed = self.store.get(key).await?;
        let is_used = self.store.get(&used_key(key)).await?.is_some();
        let session =
            sealed.filter(|_| is_used).and_then(|sealed| self.values.open_at(key, str::from_utf8(&sealed).ok()?));
        let session: Option<Arc<WebSession>> = session.map(Arc::new);
        match &session {
            Some(session) => self.recent.insert(key.to_owned(), Arc::clone(session)),
            None => self.recent.invalidate(key),
        }
        if self.ended.contains_key(key) {
            self.recent.invalidate(key);
            return Ok(None);
        }
        Ok(session)
    }

    /// Stores new tokens of a session; `None` if it was ended meanwhile.
    pub(super) async fn update(&self, key: &str, session: WebSession) -> Result<Option<Arc<WebSession>>, StoreError> {
        if self.load(key).await?.is_none() {
            return Ok(None);
        }
        let session = self.save(key, session).await?;
        if self.ended.contains_key(key) {
            self.forget(key).await?;
            return Ok(None);
        }
        Ok(Some(session))
    }

    async fn save(&self, key: &str, session: WebSession) -> Result<Arc<WebSession>, StoreError> {
        // Whoever can write to the store cannot put the session of one browser in the place of another.
        self.store.set(key, self.values.seal_at(key, &session)?.into_bytes(), self.absolute).await?;
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

    /// Ends all sessions of the application that a notice is about. Usher repeats a notice until it is answered, under the
    /// same name, so a notice counts once all of them have ended; later it ends no new session.
    pub(super) async fn heed(&self, notice: &str, sid: &str, within: Duration) -> Result<(), StoreError> {
        if self.is_known(notice).await? {
            return Ok(());
        }
        self.end_all(sid).await?;
        self.note(notice, within).await
    }

    async fn end_all(&self, sid: &str) -> Result<(), StoreError> {
        for key in self.keys_of(sid).await? {
            self.forget(&key).await?;
        }
        self.store.delete(&index_key(sid)).await
    }

    async fn forget(&self, key: &str) -> Result<(), StoreError> {
        self.ended.insert(key.to_owned(), ());
        self.recent.invalidate(key);
        self.store.delete(key).await?;
        self.store.delete(&used_key(key)).await
    }

    /// Whether a name comes for the first time within this time.
    pub(super) async fn is_first(&self, name: &str, within: Duration) -> Result<bool, StoreError> {
        let is_first = !self.is_known(name).await?;
        if is_first {
            self.note(name, within).await?;
        }
        Ok(is_first)
    }

    async fn is_known(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.store.get(&once_key(name)).await?.is_some())
    }

    async fn note(&self, name: &str, within: Duration) -> Result<(), StoreError> {
        self.store.set(&once_key(name), b"1".to_vec(), within).await
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

fn once_key(name: &str) -> String {
    format!("web:once:{name}")
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::store::{MemoryStore, StoreFuture};

    const HOUR: Duration = Duration::from_secs(3600);

    /// A store that fails when it is told to delete one more than so many values.
    struct Failing(MemoryStore, Mutex<usize>);

    impl Store for Failing {
        fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
            self.0.get(key)
        }
        fn set<'a>(&'a self, key: &'a str, value: Vec<u8>, ttl: Duration) -> StoreFuture<'a, ()> {
            self.0.set(key, value, ttl)
        }
        fn delete<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
            let mut left = self.1.lock().unwrap();
            let Some(fewer) = left.checked_sub(1) else { return Box::pin(async { Err("it is away".into()) }) };
            *left = fewer;
            self.0.delete(key)
        }
        fn load_snapshot(&self) -> StoreFuture<'_, Option<Vec<u8>>> {
            self.0.load_snapshot()
        }
        fn save_snapshot(&self, text: Vec<u8>) -> StoreFuture<'_, ()> {
            self.0.save_snapshot(text)
        }
        fn append_revocations(&self, lines: Vec<u8>) -> StoreFuture<'_, ()> {
            self.0.append_revocations(lines)
        }
    }

    fn sessions_at(store: &Arc<Failing>) -> WebSessions {
        let store: Arc<dyn Store> = Arc::clone(store) as Arc<dyn Store>;
        WebSessions::new(store, &WebOptions { secrets: vec!["s".repeat(32)], ..WebOptions::default() })
    }

    fn session(sid: &str) -> WebSession {
        let tokens = Tokens {
            access_token: "access".to_owned(),
            refresh_token: None,
            id_token: None,
            expires_at: 2000,
            claims: None,
        };
        WebSession { sid: sid.to_owned(), created_at: 1000, tokens }
    }

    fn store() -> Arc<Failing> {
        Arc::new(Failing(MemoryStore::new(), Mutex::new(usize::MAX)))
    }

    #[tokio::test]
    async fn a_session_that_was_ended_is_not_brought_back_by_a_request_that_runs_meanwhile() {
        let store = store();
        let [here, elsewhere] = [sessions_at(&store), sessions_at(&store)];
        for ends in [&here, &elsewhere] {
            let cookie = here.begin(session("s1")).await.unwrap();
            let found = here.find(Some(&cookie), 1001).await.unwrap().unwrap();
            ends.end(&found.key, "s1").await.unwrap();
            // The request has fetched new tokens meanwhile.
            assert!(here.update(&found.key, session("s1")).await.unwrap().is_none());
            assert!(here.find(Some(&cookie), 1002).await.unwrap().is_none());
            assert!(elsewhere.find(Some(&cookie), 1002).await.unwrap().is_none());
        }
    }

    #[tokio::test]
    async fn a_session_that_another_process_ended_is_not_used_again_when_its_use_is_recorded() {
        let store = store();
        let [here, elsewhere] = [sessions_at(&store), sessions_at(&store)];
        let cookie = here.begin(session("s1")).await.unwrap();
        let found = elsewhere.find(Some(&cookie), 1001).await.unwrap().unwrap();
        here.end(&found.key, "s1").await.unwrap();
        elsewhere.touched.invalidate(&found.key);
        assert!(elsewhere.find(Some(&cookie), 1002).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_session_that_was_copied_in_the_store_is_none() {
        let store = store();
        let sessions = sessions_at(&store);
        let cookies = [sessions.begin(session("s1")).await.unwrap(), sessions.begin(session("s2")).await.unwrap()];
        let mut keys = vec![];
        for cookie in &cookies {
            keys.push(sessions.find(Some(cookie), 1001).await.unwrap().unwrap().key);
        }
        let of_another = store.get(&keys[1]).await.unwrap().unwrap();
        store.set(&keys[0], of_another, HOUR).await.unwrap();
        let anew = sessions_at(&store);
        assert!(anew.find(Some(&cookies[0]), 1002).await.unwrap().is_none());
        assert!(anew.find(Some(&cookies[1]), 1002).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_notice_counts_once_every_session_has_ended_and_then_ends_no_new_one() {
        let store = store();
        let sessions = sessions_at(&store);
        let cookies = [sessions.begin(session("s1")).await.unwrap(), sessions.begin(session("s1")).await.unwrap()];
        *store.1.lock().unwrap() = 2;
        assert!(sessions.heed("notice", "s1", HOUR).await.is_err());
        *store.1.lock().unwrap() = usize::MAX;
        sessions.heed("notice", "s1", HOUR).await.unwrap();
        for cookie in cookies {
            assert!(sessions_at(&store).find(Some(&cookie), 1001).await.unwrap().is_none());
        }
        let again = sessions.begin(session("s1")).await.unwrap();
        sessions.heed("notice", "s1", HOUR).await.unwrap();
        assert!(sessions.find(Some(&again), 1001).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn one_session_at_usher_has_a_limited_number_of_sessions_here() {
        let store = store();
        let sessions = sessions_at(&store);
        let mut cookies = vec![];
        for _ in 0..=MOST_OF_ONE {
            cookies.push(sessions.begin(session("s1")).await.unwrap());
        }
        assert_eq!(sessions.keys_of("s1").await.unwrap().len(), MOST_OF_ONE);
        assert!(sessions.find(Some(&cookies[0]), 1001).await.unwrap().is_none());
        assert!(sessions.find(Some(&cookies[1]), 1001).await.unwrap().is_some());
        // A provider that names no session has none to end.
        sessions.begin(session("")).await.unwrap();
        assert!(sessions.keys_of("").await.unwrap().is_empty());
    }
}
