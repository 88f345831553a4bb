//! A merge of two users that are one person.

use std::time::Duration;

use crate::id::{IdentityId, MergeId, UserId};
use crate::time::Timestamp;

/// How long a merge can be undone.
pub const UNDO: Duration = Duration::from_hours(30 * 24);

/// A merge. Nobody signs in as the merged user, and their `sub` resolves to the kept one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// Its id.
    pub id: MergeId,
    /// The user that remains.
    pub kept: UserId,
    /// The user that was merged.
    pub merged: UserId,
    /// The identities that moved from the merged user to the kept one.
    pub identities: Vec<IdentityId>,
    /// When it happened.
    pub merged_at: Timestamp,
    /// Until when it can be undone.
    pub undo_until: Timestamp,
}

impl Merge {
    /// Whether it can still be undone.
    pub fn can_be_undone(&self, now: Timestamp) -> bool {
        now < self.undo_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn a_merge_can_be_taken_back_for_thirty_days() {
        let (now, random) = (Timestamp(1_700_000_000), SeededRandom::new(1));
        let merge = Merge {
            id: MergeId::new(now, &random),
            kept: UserId::new(now, &random),
            merged: UserId::new(now, &random),
            identities: Vec::new(),
            merged_at: now,
            undo_until: now + UNDO,
        };
        assert!(merge.can_be_undone(Timestamp(now.0 + 30 * 86_400 - 1)));
        assert!(!merge.can_be_undone(Timestamp(now.0 + 30 * 86_400)));
    }
}
