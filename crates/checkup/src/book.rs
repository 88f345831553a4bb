//! The check-ups that this process knows: one for each client, so many at most, in memory alone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::check_up::CheckUp;
use usher_domain::id::ClientId;
use usher_domain::time::Timestamp;

/// Most check-ups kept; the oldest that does not run goes first.
const MOST: usize = 100;

/// The check-ups, oldest first.
#[derive(Default)]
pub struct CheckUpBook(Mutex<VecDeque<Arc<CheckUp>>>);

impl CheckUpBook {
    /// Keeps a check-up in place of the client's former one. `false` if there are too many that run.
    pub fn put(&self, check_up: Arc<CheckUp>) -> bool {
        let mut kept = self.lock();
        kept.retain(|old| old.client_id != check_up.client_id);
        if kept.len() >= MOST {
            let Some(oldest) = kept.iter().position(|old| !old.is_running()) else { return false };
            kept.remove(oldest);
        }
        kept.push_back(check_up);
        true
    }

    /// The check-up of a client.
    pub fn of_client(&self, client: &ClientId) -> Option<Arc<CheckUp>> {
        self.lock().iter().find(|kept| kept.client_id == *client).cloned()
    }

    /// The check-up whose issuer has this name and still answers.
    pub fn open(&self, run: &str, now: Timestamp) -> Option<Arc<CheckUp>> {
        self.lock().iter().find(|kept| kept.run == run && kept.is_valid(now)).cloned()
    }

    /// Forgets the check-up of a client.
    pub fn remove(&self, client: &ClientId) {
        self.lock().retain(|kept| kept.client_id != *client);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Arc<CheckUp>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
