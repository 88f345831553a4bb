//! The proofs that were used, in memory.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::locks::lock;

/// The proofs that were used.
#[derive(Default)]
pub(crate) struct SpentProofs(Mutex<Spent>);

#[derive(Default)]
struct Spent {
    /// When each may be forgotten, in seconds since the epoch.
    until: HashMap<String, i64>,
    swept: i64,
}

impl SpentProofs {
    /// Whether a proof is new.
    pub(super) fn add(&self, key: &str, until: i64, now: i64) -> bool {
        let mut spent = lock(&self.0);
        if spent.swept != now {
            spent.swept = now;
            spent.until.retain(|_, end| *end >= now);
        }
        spent.until.insert(key.to_owned(), until).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proofs_are_forgotten_when_they_are_too_old_to_be_accepted() {
        let spent = SpentProofs::default();
        assert!(spent.add("1", 160, 100));
        assert!(!spent.add("1", 160, 160));
        assert!(spent.add("2", 221, 161));
        assert_eq!(lock(&spent.0).until.len(), 1);
    }
}
