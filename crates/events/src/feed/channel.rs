//! The listeners of one project.

use std::collections::HashMap;
use std::sync::atomic::AtomicI64;
use std::sync::{Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, broadcast};

use super::frame::Frame;
use super::listener::{Listener, Transport};
use usher_domain::time::Timestamp;

/// A slot for a listener; free again when it is dropped.
pub struct ListenerSlot {
    pub(super) _permit: OwnedSemaphorePermit,
}

/// The listeners of one project.
pub(super) struct Channel {
    pub(super) frames: broadcast::Sender<Frame>,
    /// The last position that was sent.
    pub(super) carried: AtomicI64,
    pub(super) listeners: Mutex<HashMap<u64, Listener>>,
}

impl Channel {
    /// The listeners with a socket, longest connected first. One that waits for a response is known as polling.
    pub(super) fn sockets(&self) -> Vec<Listener> {
        let listeners = lock(&self.listeners);
        let sockets = listeners.iter().filter(|(_, listener)| listener.transport == Transport::Socket);
        let mut sockets: Vec<(u64, Listener)> = sockets.map(|(id, listener)| (*id, listener.clone())).collect();
        sockets.sort_by_key(|(id, _)| *id);
        sockets.into_iter().map(|(_, listener)| listener).collect()
    }

    pub(super) fn leave(&self, id: u64) {
        lock(&self.listeners).remove(&id);
    }

    pub(super) fn begin(&self, id: u64, position: i64) {
        if let Some(listener) = lock(&self.listeners).get_mut(&id) {
            listener.acknowledged = position;
        }
    }

    pub(super) fn note(&self, id: u64, position: i64, revision: Option<u64>, at: Timestamp) {
        if let Some(listener) = lock(&self.listeners).get_mut(&id) {
            listener.acknowledged = listener.acknowledged.max(position);
            listener.acknowledged_at = Some(at);
            listener.policy_revision = revision.or(listener.policy_revision);
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
