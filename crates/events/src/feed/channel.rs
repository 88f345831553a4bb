//! The listeners of one project.

use std::collections::HashMap;
use std::sync::atomic::AtomicI64;
use std::sync::{Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, broadcast};

use super::frame::Frame;
use super::listener::Listener;
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
    pub(super) fn leave(&self, id: u64) {
        lock(&self.listeners).remove(&id);
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
