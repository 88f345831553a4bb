//! Connection slots: the limits, and the connections that hold them.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::extract::client_ip::{SourcePrefix, TrustedProxies};

/// Limits of connections and their timeouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Open connections; further ones wait in the backlog of the operating system.
    pub connections: usize,
    /// Open connections of one [`SourcePrefix`]; further ones are closed. Trusted proxies are exempt.
    pub connections_per_source: usize,
    /// The TLS handshake.
    pub handshake: Duration,
    /// A request head, from accepting the connection or from its first byte.
    pub head: Duration,
    /// An idle connection. Must be longer than the keep-alive timeout of a proxy in front.
    pub idle: Duration,
    /// Sent bytes that the peer does not acknowledge.
    pub write: Duration,
    /// Reading after the last response, before the connection is closed.
    pub linger: Duration,
    /// At shutdown, idle connections stay open for so long, so that a request that is on its way is answered with
    /// `Connection: close` and not reset.
    pub farewell: Duration,
    /// Requests in flight at shutdown.
    pub drain: Duration,
    /// The size of a request head, in bytes: 431 beyond. At least 8 KiB. [`super::layers::limits`] has finer limits.
    pub head_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 16_384,
            connections_per_source: 4_096,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            write: Duration::from_secs(30),
            linger: Duration::from_secs(1),
            farewell: Duration::from_secs(2),
            drain: Duration::from_secs(30),
            // A little more than the 64 KiB that hyper allows a URL, so that a long URL gets 414 and not 431.
            head_bytes: 80 * 1024,
        }
    }
}

/// All slots and the sources that hold them.
pub(super) struct Slots {
    pub(super) free: Arc<Semaphore>,
    limits: Limits,
    proxies: TrustedProxies,
    by_source: Arc<Mutex<HashMap<SourcePrefix, usize>>>,
}

/// One slot, released when dropped.
pub(super) struct Slot {
    source: Option<SourcePrefix>,
    by_source: Arc<Mutex<HashMap<SourcePrefix, usize>>>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Slots {
    pub(super) fn new(limits: Limits, proxies: TrustedProxies) -> Self {
        Self { free: Arc::new(Semaphore::new(limits.connections)), limits, proxies, by_source: Arc::default() }
    }

    /// A slot for `peer`, unless its source holds too many.
    pub(super) fn take(&self, peer: SocketAddr, permit: Option<OwnedSemaphorePermit>) -> Option<Slot> {
        let source = (!self.proxies.contains(peer.ip())).then(|| SourcePrefix::of(peer.ip()));
        if let Some(source) = source {
            let mut by_source = self.by_source.lock().unwrap_or_else(PoisonError::into_inner);
            let held = by_source.entry(source).or_default();
            if *held >= self.limits.connections_per_source {
                return None;
            }
            *held += 1;
        }
        Some(Slot { source, by_source: self.by_source.clone(), _permit: permit })
    }

    /// Upgraded connections outlive their task; their slots show when they are closed.
    pub(super) async fn wait_until_empty(&self) {
        let all = u32::try_from(self.limits.connections).unwrap_or(u32::MAX);
        // Only a closed semaphore returns an error, and this one is never closed.
        let _ = self.free.acquire_many(all).await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let Some(source) = self.source else { return };
        let mut by_source = self.by_source.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = by_source.get_mut(&source) {
            *held -= 1;
            if *held == 0 {
                by_source.remove(&source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_holds_no_more_than_its_share_and_gives_it_back() {
        let limits = Limits { connections_per_source: 2, ..Limits::default() };
        let slots = Slots::new(limits, TrustedProxies::new(["10.0.0.0/8".parse().unwrap()]));
        let take = |ip: &str| slots.take(SocketAddr::new(ip.parse().unwrap(), 1), None);
        let (first, _second) = (take("2001:db8::1").unwrap(), take("2001:db8::2").unwrap());
        assert!(take("2001:db8::3").is_none());
        assert!(take("2001:db8:0:1::1").is_some());
        let _proxied: Vec<Slot> = (0..9).map(|_| take("10.0.0.1").unwrap()).collect();
        drop(first);
        assert!(take("2001:db8::3").is_some());
        assert_eq!(slots.by_source.lock().unwrap().len(), 1);
    }
}
