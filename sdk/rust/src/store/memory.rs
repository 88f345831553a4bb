use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Store, StoreFuture};

/// Between two removals of values that have expired.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Keeps everything in memory, as long as the process runs.
#[derive(Debug, Default)]
pub struct MemoryStore {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    snapshot: Option<Vec<u8>>,
    values: HashMap<String, (Vec<u8>, Instant)>,
    swept: Option<Instant>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn with<T: Send + 'static>(&self, change: impl FnOnce(&mut Inner) -> T) -> StoreFuture<'static, T> {
        let done = change(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner));
        Box::pin(async { Ok(done) })
    }
}

impl Store for MemoryStore {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        self.with(|inner| {
            let live = inner.values.get(key).filter(|(_, ends)| Instant::now() < *ends);
            live.map(|(value, _)| value.clone())
        })
    }

    fn set<'a>(&'a self, key: &'a str, value: Vec<u8>, ttl: Duration) -> StoreFuture<'a, ()> {
        self.with(|inner| {
            let now = Instant::now();
            if inner.swept.is_none_or(|swept| now.duration_since(swept) >= SWEEP_EVERY) {
                inner.swept = Some(now);
                inner.values.retain(|_, (_, ends)| now < *ends);
            }
            inner.values.insert(key.to_owned(), (value, now + ttl));
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        self.with(|inner| {
            inner.values.remove(key);
        })
    }

    fn load_snapshot(&self) -> StoreFuture<'_, Option<Vec<u8>>> {
        self.with(|inner| inner.snapshot.clone())
    }

    fn save_snapshot(&self, text: Vec<u8>) -> StoreFuture<'_, ()> {
        self.with(|inner| inner.snapshot = Some(text))
    }

    fn append_revocations(&self, lines: Vec<u8>) -> StoreFuture<'_, ()> {
        self.with(|inner| inner.snapshot.get_or_insert_default().extend(lines))
    }
}
