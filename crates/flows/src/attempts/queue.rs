//! The queue between the handlers and the job that writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::draft::AttemptDraft;
use usher_accounts::admin::clients::Clients;
use usher_accounts::core::Core;
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::id::ClientId;
use usher_domain::oauth::attempt::ClientAttempt;
use usher_domain::page::{Cursor, Page};
use usher_domain::time::Timestamp;
use usher_storage::attempts::AttemptFilter;

/// Most drafts that wait to be written.
pub(super) const PLACES: usize = 1_024;
/// The job writes early once this many wait.
const MANY: usize = PLACES / 2;

/// The drafts that wait, and the number of those that found no place.
pub struct AttemptQueue {
    sender: Sender<AttemptDraft>,
    receiver: Mutex<Receiver<AttemptDraft>>,
    lost: AtomicU32,
    many: Notify,
    /// The second of the newest attempt, and how many were made in it.
    newest: Mutex<(Timestamp, u16)>,
}

impl Default for AttemptQueue {
    fn default() -> Self {
        let (sender, receiver) = channel(PLACES);
        Self {
            sender,
            receiver: Mutex::new(receiver),
            lost: AtomicU32::new(0),
            many: Notify::new(),
            newest: Mutex::new((Timestamp(0), 0)),
        }
    }
}

impl AttemptQueue {
    /// Adds a draft, or counts it as lost if there is no place. Never waits.
    pub(super) fn push(&self, draft: AttemptDraft) {
        if self.sender.try_send(draft).is_err() {
            self.add_lost(1);
        }
        if self.sender.capacity() == PLACES - MANY {
            self.many.notify_one();
        }
    }

    /// Everything that waits.
    pub(super) fn take(&self) -> Vec<AttemptDraft> {
        let mut receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::from_fn(|| receiver.try_recv().ok()).take(PLACES).collect()
    }

    /// The number of the next attempt of this second, for its id.
    pub(super) fn next_place(&self, at: Timestamp) -> u16 {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        *newest = if newest.0 == at { (at, newest.1.saturating_add(1)) } else { (at, 0) };
        newest.1
    }

    /// Counts drafts that are not written.
    pub(super) fn add_lost(&self, lost: usize) {
        let lost = u32::try_from(lost).unwrap_or(u32::MAX);
        let add = |before: u32| Some(before.saturating_add(lost));
        // The closure never fails.
        let _ = self.lost.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// The number of lost drafts, which is counted from zero again.
    pub(super) fn take_lost(&self) -> u32 {
        self.lost.swap(0, Ordering::Relaxed)
    }
}

/// The flight recorder.
pub struct AttemptRecorder {
    pub(crate) core: Arc<Core>,
    pub(crate) clients: Arc<Clients>,
    pub(crate) queue: AttemptQueue,
}

impl AttemptRecorder {
    /// Hands a draft to the job that writes. Never waits.
    pub fn record(&self, draft: AttemptDraft) {
        if self.is_on() {
            self.queue.push(draft);
        }
    }

    /// Whether attempts are recorded.
    pub fn is_on(&self) -> bool {
        self.core.config.attempts.record
    }

    /// Resolves when so many drafts wait that they should be written now.
    pub async fn many(&self) {
        self.queue.many.notified().await;
    }

    /// The attempts of a client, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_attempts(
        &self,
        client: &ClientId,
        filter: &AttemptFilter,
        after: Option<Cursor>,
        size: u32,
    ) -> Result<Page<ClientAttempt>, FlowError> {
        Ok(self.core.store.list_attempts(client, filter, after, size).await?)
    }

    /// One attempt of a client.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn load_attempt(&self, client: &ClientId, id: &str) -> Result<ClientAttempt, FlowError> {
        // A malformed id belongs to no attempt.
        let id = id.parse().map_err(|_| Rejected::NotFound("attempt"))?;
        self.core.store.find_attempt(client, id).await?.ok_or_else(|| Rejected::NotFound("attempt").into())
    }

    /// How many attempts of all clients were not recorded while attempts of this time are kept.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn lost_attempts(&self) -> Result<u64, FlowError> {
        let since = self.core.now() - self.core.config.attempts.kept;
        Ok(u64::try_from(self.core.store.count_lost_attempts(since).await?).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::oauth::attempt::AttemptKind;
    use usher_protocol::params::Params;

    fn draft() -> AttemptDraft {
        AttemptDraft::of_logout("web", &Params::default(), None, Timestamp(1))
    }

    #[test]
    fn a_full_queue_drops_and_counts_without_waiting() {
        let queue = AttemptQueue::default();
        for _ in 0..PLACES + 17 {
            queue.push(draft());
        }
        let taken = queue.take();
        assert_eq!((taken.len(), queue.take_lost(), queue.take_lost()), (PLACES, 17, 0));
        assert!(taken.iter().all(|draft| draft.kind == AttemptKind::Logout));
        queue.push(draft());
        assert_eq!((queue.take().len(), queue.take_lost()), (1, 0));
    }
}
