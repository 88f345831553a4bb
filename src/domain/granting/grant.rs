//! A grant: what one user allowed one client in one session; and the life of its refresh family.
//!
//! A refresh token is (grant, generation), sealed. The grant keeps the one generation that is live: its *leaf*.
//! No token is stored, so any older generation is known for what it is, for ever.

use std::time::Duration;

use crate::domain::id::{ClientId, GrantId, SessionId, UserId};
use crate::domain::time::Timestamp;
use crate::protocol::claims::ClaimsRequest;
use crate::protocol::scope::Scope;

/// The generation of the first refresh token of a family.
pub const FIRST_GENERATION: u32 = 1;

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its name; also the name sealed into the authorization code that it was made from.
    pub id: GrantId,
    /// Who may use it.
    pub client_id: ClientId,
    /// Who allowed it.
    pub user_id: UserId,
    /// Where.
    pub session_id: SessionId,
    /// What.
    pub scope: Scope,
    /// Single claims asked for by name.
    pub claims: ClaimsRequest,
    /// When the person authenticated.
    pub auth_time: Timestamp,
    /// How well.
    pub acr: String,
    /// By which means.
    pub amr: Vec<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// Its refresh family, if it has one.
    pub refresh: Option<RefreshFamily>,
    /// Revoked early.
    pub revoked_at: Option<Timestamp>,
}

/// The refresh family of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshFamily {
    /// The generation of the one token that is live.
    pub generation: u32,
    /// When that generation came to be.
    pub rotated_at: Timestamp,
    /// Unused until here, the family is dead.
    pub idle_expires_at: Timestamp,
    /// The family ends here however much it is used; never if absent.
    pub expires_at: Option<Timestamp>,
}

/// How long a family lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshLimits {
    /// Unused for so long, it is dead.
    pub idle: Duration,
    /// Dead after so long in any case; never if absent.
    pub absolute: Option<Duration>,
    /// A client that lost the answer may ask again for so long.
    pub retry_window: Duration,
}

/// What presenting a generation means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresh {
    /// The leaf, or a generation that the database forgot: go on to this one.
    Rotate {
        /// The new leaf.
        to: u32,
    },
    /// The leaf's parent, while the leaf is unused and the window open: the answer was lost, so give it again.
    Retry {
        /// The leaf, as it already is.
        leaf: u32,
    },
    /// An older generation: somebody else has used it.
    Reuse,
    /// Revoked or expired: nothing to learn from it.
    Dead,
}

impl RefreshFamily {
    /// A new family.
    pub fn begin(now: Timestamp, limits: &RefreshLimits) -> Self {
        let expires_at = limits.absolute.map(|span| now + span);
        Self {
            generation: FIRST_GENERATION,
            rotated_at: now,
            idle_expires_at: idle_end(now, limits.idle, expires_at),
            expires_at,
        }
    }

    /// Is it within both of its limits?
    pub fn is_within_limits(&self, now: Timestamp) -> bool {
        now < self.idle_expires_at && self.expires_at.is_none_or(|end| now < end)
    }

    /// What does it mean that a valid client presents this generation now?
    ///
    /// A generation above the leaf was sealed by us, so the database has lost a write: accept it and move forward.
    pub fn present(&self, presented: u32, now: Timestamp, limits: &RefreshLimits) -> Refresh {
        if !self.is_within_limits(now) {
            Refresh::Dead
        } else if presented >= self.generation {
            Refresh::Rotate { to: presented.saturating_add(1) }
        } else if presented + 1 == self.generation
            // Without a window there is no second try, not even in the very same second.
            && !limits.retry_window.is_zero()
            && now.seconds_since(self.rotated_at) <= limits.retry_window.as_secs()
        {
            Refresh::Retry { leaf: self.generation }
        } else {
            Refresh::Reuse
        }
    }
}

/// When an idle family dies: never after its absolute end.
pub fn idle_end(now: Timestamp, idle: Duration, absolute: Option<Timestamp>) -> Timestamp {
    absolute.map_or(now + idle, |end| end.min(now + idle))
}

impl Grant {
    /// What does it mean that a valid client presents this generation now?
    pub fn present(&self, presented: u32, now: Timestamp, limits: &RefreshLimits) -> Refresh {
        match (&self.refresh, self.revoked_at) {
            (Some(family), None) => family.present(presented, now, limits),
            _ => Refresh::Dead,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: RefreshLimits = RefreshLimits {
        idle: Duration::from_secs(1_000),
        absolute: Some(Duration::from_secs(5_000)),
        retry_window: Duration::from_secs(30),
    };

    #[test]
    fn the_leaf_rotates_its_parent_retries_and_anything_older_is_reuse() {
        let start = Timestamp(1_700_000_000);
        let family = RefreshFamily { generation: 3, rotated_at: start, ..RefreshFamily::begin(start, &LIMITS) };
        assert_eq!(family.present(3, start, &LIMITS), Refresh::Rotate { to: 4 });
        assert_eq!(family.present(2, start + Duration::from_secs(30), &LIMITS), Refresh::Retry { leaf: 3 });
        assert_eq!(family.present(2, start + Duration::from_secs(31), &LIMITS), Refresh::Reuse);
        assert_eq!(family.present(1, start, &LIMITS), Refresh::Reuse);
        assert_eq!(family.present(7, start, &LIMITS), Refresh::Rotate { to: 8 });
    }

    #[test]
    fn without_a_window_the_parent_is_reuse_in_the_very_same_second() {
        let start = Timestamp(1_700_000_000);
        let strict = RefreshLimits { retry_window: Duration::ZERO, ..LIMITS };
        let family = RefreshFamily { generation: 2, ..RefreshFamily::begin(start, &strict) };
        assert_eq!(family.present(1, start, &strict), Refresh::Reuse);
    }

    #[test]
    fn a_family_ends_at_either_limit() {
        let start = Timestamp(1_700_000_000);
        let family = RefreshFamily::begin(start, &LIMITS);
        assert_eq!(family.present(1, start + Duration::from_secs(1_000), &LIMITS), Refresh::Dead);
        let used = RefreshFamily {
            idle_expires_at: idle_end(start + Duration::from_secs(4_900), LIMITS.idle, family.expires_at),
            ..family
        };
        assert_eq!(used.present(1, start + Duration::from_secs(4_999), &LIMITS), Refresh::Rotate { to: 2 });
        assert_eq!(used.present(1, start + Duration::from_secs(5_000), &LIMITS), Refresh::Dead);
    }

    /// What a client or a thief may do, in any order.
    #[derive(Debug, Clone)]
    enum Op {
        Refresh,
        LoseReply,
        Replay(u32),
        Revoke,
        Wait(u64),
        LoseWrite,
    }

    fn ops() -> impl Strategy<Value = Vec<Op>> {
        let op = prop_oneof![
            4 => Just(Op::Refresh),
            2 => Just(Op::LoseReply),
            2 => (1..6_u32).prop_map(Op::Replay),
            1 => Just(Op::Revoke),
            3 => prop_oneof![Just(1), Just(29), Just(31), Just(700)].prop_map(Op::Wait),
            1 => Just(Op::LoseWrite),
        ];
        prop::collection::vec(op, 1..24)
    }

    proptest! {
        /// The model: a chain of generations, who holds which, and whether the family lives.
        #[test]
        fn a_family_is_a_chain_with_one_leaf_and_reuse_ends_it(ops in ops()) {
            let mut now = Timestamp(1_700_000_000);
            let mut family = RefreshFamily::begin(now, &LIMITS);
            let mut revoked = false;
            let mut held = FIRST_GENERATION;
            let mut highest_issued = FIRST_GENERATION;
            for op in ops {
                let before = family;
                let presented = match op {
                    Op::Wait(seconds) => { now = now + Duration::from_secs(seconds); continue }
                    Op::Revoke => { revoked = true; continue }
                    // The database went back by one generation, as after a failover to a lagging replica.
                    Op::LoseWrite => { family.generation = family.generation.saturating_sub(1).max(1); continue }
                    Op::Refresh | Op::LoseReply => held,
                    Op::Replay(age) => held.saturating_sub(age).max(1),
                };
                let outcome = if revoked { Refresh::Dead } else { family.present(presented, now, &LIMITS) };
                match outcome {
                    Refresh::Rotate { to } => {
                        prop_assert!(presented >= before.generation, "only the leaf, or one the database forgot, moves forward");
                        prop_assert!(to > before.generation && to == presented + 1);
                        family.generation = to;
                        family.rotated_at = now;
                        family.idle_expires_at = idle_end(now, LIMITS.idle, family.expires_at);
                        highest_issued = highest_issued.max(to);
                        if !matches!(op, Op::LoseReply) { held = to; }
                    }
                    Refresh::Retry { leaf } => {
                        prop_assert_eq!(leaf, before.generation, "a retry makes no second leaf");
                        prop_assert_eq!(presented + 1, leaf);
                        if !matches!(op, Op::LoseReply) { held = leaf; }
                    }
                    Refresh::Reuse => {
                        prop_assert!(presented < before.generation, "the newest token is never called stolen");
                        revoked = true;
                    }
                    Refresh::Dead => prop_assert!(revoked || !before.is_within_limits(now)),
                }
                prop_assert!(family.generation <= highest_issued);
            }
        }
    }
}
