//! What one client received of one user: the released claims, and when.

use std::collections::BTreeMap;

use crate::id::{ClientId, UserId};
use crate::time::Timestamp;

/// What a client received of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRelease {
    /// The user.
    pub user_id: UserId,
    /// The client.
    pub client_id: ClientId,
    /// Every released claim, with the time of the last release, accurate to an hour.
    pub claims: BTreeMap<String, Timestamp>,
    /// Time of the first release.
    pub first_used_at: Timestamp,
    /// Time of the last release, accurate to an hour.
    pub last_used_at: Timestamp,
}

impl ClaimRelease {
    /// A record without claims.
    pub fn begin(user_id: UserId, client_id: ClientId, now: Timestamp) -> Self {
        Self { user_id, client_id, claims: BTreeMap::new(), first_used_at: now, last_used_at: now }
    }

    /// The record after releasing these claims now.
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
        let access = ClaimRelease::begin(UserId::new(start, &random), ClientId("c".into()), start);
        let access = access.released(&["email".to_owned(), "sub".to_owned()], start);
        let access = access.released(&["sub".to_owned()], later).released(&["sub".to_owned()], start);
        assert_eq!((access.claims["email"], access.claims["sub"]), (start, later));
        assert_eq!((access.first_used_at, access.last_used_at), (start, later));
    }
}
