//! What one client has of one user: which claims it was really given, and when it came for them.

use std::collections::BTreeMap;

use crate::id::{ClientId, UserId};
use crate::time::Timestamp;

/// What a client was given of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Whose.
    pub user_id: UserId,
    /// By whom.
    pub client_id: ClientId,
    /// Every claim that was released, and when last, to within an hour.
    pub claims: BTreeMap<String, Timestamp>,
    /// Since when.
    pub first_used_at: Timestamp,
    /// When last, to within an hour.
    pub last_used_at: Timestamp,
}

impl Access {
    /// Nothing was given yet.
    pub fn begin(user_id: UserId, client_id: ClientId, now: Timestamp) -> Self {
        Self { user_id, client_id, claims: BTreeMap::new(), first_used_at: now, last_used_at: now }
    }

    /// The same with these claims, which are given now.
    #[must_use]
    pub fn released<'a>(&self, claims: impl IntoIterator<Item = &'a String>, now: Timestamp) -> Self {
        let mut given = self.clone();
        for claim in claims {
            let last = given.claims.entry(claim.clone()).or_insert(now);
            *last = now.max(*last);
        }
        given.last_used_at = given.last_used_at.max(now);
        given
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn a_claim_keeps_the_time_it_was_given_last() {
        let (start, random) = (Timestamp(1_800_000_000), SeededRandom::new(1));
        let later = start + Duration::from_secs(9);
        let access = Access::begin(UserId::new(start, &random), ClientId("c".into()), start);
        let access = access.released(&["email".to_owned(), "sub".to_owned()], start);
        let access = access.released(&["sub".to_owned()], later).released(&["sub".to_owned()], start);
        assert_eq!((access.claims["email"], access.claims["sub"]), (start, later));
        assert_eq!((access.first_used_at, access.last_used_at), (start, later));
    }
}
