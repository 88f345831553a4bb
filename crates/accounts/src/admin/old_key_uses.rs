//! What clients presented of keys that no longer sign, collected in memory until a job writes it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use usher_domain::id::ClientId;
use usher_domain::key::KeyUse;
use usher_domain::time::Timestamp;

/// Most uses that wait to be written. Others are noted when they come again.
const MOST: usize = 10_000;

/// What was presented since it was last written: key and client, with the time.
#[derive(Debug, Default)]
pub struct OldKeyUses(Mutex<HashMap<(String, String), Timestamp>>);

impl OldKeyUses {
    /// Notes a use.
    pub fn note(&self, kid: &str, client_id: &str, at: Timestamp) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pair = (kid.to_owned(), client_id.to_owned());
        if seen.len() < MOST || seen.contains_key(&pair) {
            seen.insert(pair, at);
        }
    }

    /// Everything that was noted since the last call.
    pub fn take(&self) -> Vec<KeyUse> {
        let seen = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let uses =
            seen.into_iter().map(|((kid, client), at)| KeyUse { kid, client_id: ClientId(client), last_used_at: at });
        uses.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_time_of_each_pair_is_kept_and_taken_once() {
        let uses = OldKeyUses::default();
        uses.note("a", "web", Timestamp(1));
        uses.note("a", "web", Timestamp(2));
        uses.note("b", "web", Timestamp(3));
        let mut taken = uses.take();
        taken.sort_by(|a, b| a.kid.cmp(&b.kid));
        let times: Vec<_> = taken.iter().map(|one| (one.kid.as_str(), one.last_used_at.0)).collect();
        assert_eq!(times, [("a", 2), ("b", 3)]);
        assert!(uses.take().is_empty());
    }

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let uses = OldKeyUses::default();
        for number in 0..MOST + 5 {
            uses.note("a", &number.to_string(), Timestamp(1));
        }
        assert_eq!(uses.take().len(), MOST);
    }
}
