//! Two users that were found to be one person.

use std::time::Duration;

use crate::id::{IdentityId, MergeId, UserId};
use crate::time::Timestamp;

/// For so long a merge can be taken back.
pub const UNDO: Duration = Duration::from_hours(30 * 24);

/// A merge. The merged user rests: nobody signs in as them, and their `sub` goes on naming the kept one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// Its name.
    pub id: MergeId,
    /// Who is left.
    pub kept: UserId,
    /// Who rests.
    pub merged: UserId,
    /// The identities that went from the merged user to the kept one.
    pub identities: Vec<IdentityId>,
    /// When.
    pub merged_at: Timestamp,
    /// Until when it can be taken back.
    pub undo_until: Timestamp,
}

impl Merge {
    /// Can it still be taken back?
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
