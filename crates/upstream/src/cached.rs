//! A cached document of a provider: kept for a while and fetched once for all who wait.

use std::fmt;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::error::UpstreamError;
use usher_domain::time::Timestamp;

/// How long a document is valid, in seconds.
const GOOD_FOR: u64 = 3600;
/// How long a failure is cached, in seconds, so that those who waited do not each wait again.
const FAILED_FOR: u64 = 5;
/// Minimum interval for refetching a document that lacks something, in seconds.
const RENEWED_EVERY: u64 = 60;

struct CachedResult<T> {
    at: Timestamp,
    result: Result<Arc<T>, UpstreamError>,
}

/// The cached document.
pub(super) struct Cached<T>(Mutex<Option<CachedResult<T>>>);

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> fmt::Debug for Cached<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cached")
    }
}

impl<T> Cached<T> {
    /// The document, fetched if it is too old. Concurrent callers wait for the same fetch.
    pub async fn get(
        &self,
        now: Timestamp,
        fetch: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<Arc<T>, UpstreamError> {
        self.fetch_unless(now, |held, age| age < if held.result.is_ok() { GOOD_FOR } else { FAILED_FOR }, fetch).await
    }

    /// The document, refetched unless that was done recently: for something that was not found in it.
    pub async fn renewed(
        &self,
        now: Timestamp,
        fetch: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<Arc<T>, UpstreamError> {
        self.fetch_unless(now, |_, age| age < RENEWED_EVERY, fetch).await
    }

    async fn fetch_unless(
        &self,
        now: Timestamp,
        fresh: impl FnOnce(&CachedResult<T>, u64) -> bool,
        fetch: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<Arc<T>, UpstreamError> {
        let mut held = self.0.lock().await;
        if let Some(known) = held.as_ref()
            && fresh(known, now.seconds_since(known.at))
        {
            return known.result.clone();
        }
        let result = fetch.await.map(Arc::new);
        *held = Some(CachedResult { at: now, result: result.clone() });
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_document_is_fetched_once_an_hour_and_renewed_once_a_minute() {
        let (cached, fetched) = (Cached::default(), AtomicUsize::new(0));
        let fetch = async || Ok(fetched.fetch_add(1, Ordering::SeqCst));
        let got = async |at| *cached.get(Timestamp(at), fetch()).await.unwrap();
        let renewed = async |at| *cached.renewed(Timestamp(at), fetch()).await.unwrap();
        assert_eq!([got(0).await, got(3599).await, got(3600).await], [0, 0, 1]);
        assert_eq!([renewed(3659).await, renewed(3660).await, renewed(3661).await, got(3700).await], [1, 2, 2, 2]);
    }

    #[tokio::test]
    async fn whoever_waits_gets_what_the_first_one_fetched() {
        let (cached, fetched) = (Cached::default(), AtomicUsize::new(0));
        let ask = async || {
            cached
                .get(Timestamp(1), async {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    fetched.fetch_add(1, Ordering::SeqCst);
                    Err::<u8, _>(UpstreamError::Denied)
                })
                .await
        };
        let (one, two, three) = tokio::join!(ask(), ask(), ask());
        assert!(one.is_err() && two.is_err() && three.is_err());
        assert_eq!(fetched.load(Ordering::SeqCst), 1);
        assert_eq!(*cached.get(Timestamp(6), async { Ok(7) }).await.unwrap(), 7);
    }
}
