//! A grant: what one user allowed one client in one session, and the state machine of its refresh tokens.
//!
//! A refresh token is (grant, generation), sealed. The grant stores the live generation, the *leaf*. No token is
//! stored, so any older generation is recognised forever.
//!
//! Theft is never inferred from time alone. While the leaf is unused, an answer was lost, and its predecessor gets the
//! leaf again, however late. Once the leaf was used, an older token is a copy, or belongs to one of several processes
//! of the client that raced for the new token: see [`Refresh::Straggler`].

use std::str::FromStr;
use std::time::Duration;

use super::target::GrantTargets;
use crate::id::{ClientId, GrantId, SessionId, UserId};
use crate::time::Timestamp;
use usher_protocol::claims::ClaimsRequest;
use usher_protocol::scope::Scope;

/// The generation of the first refresh token.
pub const FIRST_GENERATION: u32 = 1;

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id; also the id in the authorization code that it was made from.
    pub id: GrantId,
    /// The client.
    pub client_id: ClientId,
    /// The user.
    pub user_id: UserId,
    /// The session in which it was made.
    pub session_id: SessionId,
    /// The granted scope.
    pub scope: Scope,
    /// What it is for; absent in grants of former versions: what the client is registered for.
    pub targets: Option<GrantTargets>,
    /// Claims requested by name.
    pub claims: ClaimsRequest,
    /// When the person authenticated.
    pub auth_time: Timestamp,
    /// The authentication context.
    pub acr: String,
    /// The authentication methods.
    pub amr: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The state of its refresh tokens, if it has any.
    pub refresh: Option<RefreshFamily>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// The state of a grant's refresh tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshFamily {
    /// The generation of the live token.
    pub generation: u32,
    /// The newest generation seen in use: its access token at Usher, or the refresh token itself.
    pub seen_generation: u32,
    /// When the live generation was issued.
    pub rotated_at: Timestamp,
    /// When the previous generations were issued.
    pub recent: RecentGaps,
    /// When it expires if it is not used.
    pub idle_expires_at: Timestamp,
    /// When it expires in any case; never if absent.
    pub expires_at: Option<Timestamp>,
}

/// Lifetimes of refresh tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshLimits {
    /// Idle lifetime.
    pub idle: Duration,
    /// Absolute lifetime; unlimited if absent.
    pub absolute: Option<Duration>,
    /// An older token is not reuse while every newer one was issued within this span; with zero it always is.
    pub retry_window: Duration,
}

/// What the reuse of a refresh token ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReuseEnds {
    /// The grant that the token belongs to.
    Grant,
    /// The session that the grant was made in, with every grant of that session.
    Session,
}

impl FromStr for ReuseEnds {
    type Err = ();
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "grant" => Ok(Self::Grant),
            "session" => Ok(Self::Session),
            _ => Err(()),
        }
    }
}

/// The result of presenting a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresh {
    /// The leaf, or a generation that the database lost: rotate to the next one.
    Rotate {
        /// The new leaf.
        to: u32,
    },
    /// The predecessor of an unused leaf: the answer was lost, so return the leaf again.
    Retry {
        /// The present leaf.
        leaf: u32,
    },
    /// An older token, while every newer one was issued within the retry window: processes of the client raced. It is
    /// refused, and nothing ends.
    Straggler,
    /// An older token although a newer one was used: two parties hold the grant.
    Reuse,
    /// Revoked or expired.
    Dead,
}

/// The seconds between the last issues, newest in the lowest bits. It is one integer so that the statement that rotates
/// can compute it: `ROTATE` in `crates/storage/src/grants.rs` computes the same as [`RecentGaps::then`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecentGaps(pub i64);

impl RecentGaps {
    /// Unknown: every gap has its greatest value.
    pub const UNKNOWN: Self = Self((1 << (Self::BITS * Self::COUNT)) - 1);
    /// How many gaps are stored.
    const COUNT: u32 = 6;
    /// Bits of one gap.
    const BITS: u32 = 9;
    /// The greatest gap, also for anything longer: more than any retry window.
    const LONGEST: u64 = (1 << Self::BITS) - 1;

    /// The gaps after one more issue, `seconds` after the previous one.
    #[must_use]
    pub fn then(self, seconds: u64) -> Self {
        let kept = self.0 & ((1 << (Self::BITS * (Self::COUNT - 1))) - 1);
        Self(kept << Self::BITS | i64::try_from(seconds.min(Self::LONGEST)).unwrap_or(0))
    }

    /// Seconds between the issue of the newest generation and that of the one `back` before it, if it is stored.
    fn span(self, back: u32) -> Option<u64> {
        let gap = |n| u64::try_from(self.0 >> (Self::BITS * n)).unwrap_or(0) & Self::LONGEST;
        (back <= Self::COUNT).then(|| (0..back).map(gap).sum())
    }
}

impl RefreshFamily {
    /// The state of a new grant.
    pub fn begin(now: Timestamp, limits: &RefreshLimits) -> Self {
        let expires_at = limits.absolute.map(|span| now + span);
        Self {
            generation: FIRST_GENERATION,
            seen_generation: 0,
            rotated_at: now,
            recent: RecentGaps::UNKNOWN,
            idle_expires_at: idle_end(now, limits.idle, expires_at),
            expires_at,
        }
    }

    /// The state after `presented` was rotated: the leaf, or a generation that the database lost.
    #[must_use]
    pub fn rotated(self, presented: u32, now: Timestamp, idle: Duration) -> Self {
        let gap = now.seconds_since(self.rotated_at);
        Self {
            generation: presented.saturating_add(1),
            rotated_at: now.max(self.rotated_at),
            recent: if presented == self.generation { self.recent.then(gap) } else { RecentGaps::UNKNOWN },
            // A clock that is set back for a moment must not end it.
            idle_expires_at: idle_end(now, idle, self.expires_at).max(self.idle_expires_at),
            ..self
        }
    }

    /// Whether both expiries lie ahead.
    pub fn is_within_limits(&self, now: Timestamp) -> bool {
        now < self.idle_expires_at && self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether a token of the live generation was seen in use.
    pub const fn is_leaf_used(&self) -> bool {
        self.seen_generation >= self.generation
    }

    /// Decides what it means that an authenticated client presents this generation now.
    ///
    /// A generation above the leaf was sealed by us, so the database lost a write: rotation continues from it.
    pub fn present(&self, presented: u32, now: Timestamp, limits: &RefreshLimits) -> Refresh {
        if !self.is_within_limits(now) {
            Refresh::Dead
        } else if presented >= self.generation {
            Refresh::Rotate { to: presented.saturating_add(1) }
        } else if presented + 1 == self.generation && !self.is_leaf_used() {
            Refresh::Retry { leaf: self.generation }
        } else if self.issued_all_after(presented, now, limits.retry_window) {
            Refresh::Straggler
        } else {
            Refresh::Reuse
        }
    }

    /// Whether every token newer than this one was issued within the window that ends now.
    fn issued_all_after(&self, presented: u32, now: Timestamp, window: Duration) -> bool {
        let since_leaf = now.seconds_since(self.rotated_at);
        let oldest_newer = self.recent.span(self.generation - presented - 1);
        !window.is_zero() && oldest_newer.is_some_and(|span| since_leaf + span <= window.as_secs())
    }
}

/// The idle expiry, never after the absolute one.
pub fn idle_end(now: Timestamp, idle: Duration, absolute: Option<Timestamp>) -> Timestamp {
    absolute.map_or(now + idle, |end| end.min(now + idle))
}

impl Grant {
    /// Decides what it means that an authenticated client presents this generation now.
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
    const START: Timestamp = Timestamp(1_700_000_000);

    fn at(seconds: u64) -> Timestamp {
        START + Duration::from_secs(seconds)
    }

    /// A state that was rotated at these moments.
    fn family(rotations: &[u64]) -> RefreshFamily {
        let begun = RefreshFamily::begin(START, &LIMITS);
        rotations.iter().fold(begun, |family, then| family.rotated(family.generation, at(*then), LIMITS.idle))
    }

    #[test]
    fn while_the_leaf_is_unused_its_parent_gets_it_again_however_late() {
        for late in [0, 30, 31, 120, 999] {
            assert_eq!(family(&[0]).present(1, at(late), &LIMITS), Refresh::Retry { leaf: 2 }, "{late} s");
        }
        assert_eq!(family(&[0]).present(1, at(1_000), &LIMITS), Refresh::Dead, "the idle limit holds");
        let strict = RefreshLimits { retry_window: Duration::ZERO, ..LIMITS };
        assert_eq!(family(&[0]).present(1, at(33), &strict), Refresh::Retry { leaf: 2 }, "no window is needed");
    }

    #[test]
    fn once_the_leaf_was_used_its_parent_is_reuse_unless_it_comes_within_the_window() {
        let used = RefreshFamily { seen_generation: 2, ..family(&[10]) };
        assert_eq!(used.present(1, at(40), &LIMITS), Refresh::Straggler);
        assert_eq!(used.present(1, at(41), &LIMITS), Refresh::Reuse);
        assert_eq!(used.present(2, at(41), &LIMITS), Refresh::Rotate { to: 3 });
        let strict = RefreshLimits { retry_window: Duration::ZERO, ..LIMITS };
        assert_eq!(used.present(1, at(10), &strict), Refresh::Reuse);
    }

    #[test]
    fn an_older_token_is_a_straggler_while_every_newer_one_is_younger_than_the_window() {
        for (rotations, presented, now, wanted) in [
            (&[0, 10, 20][..], 1, 30, Refresh::Straggler),
            (&[0, 10, 20], 1, 31, Refresh::Reuse),
            (&[0, 10, 20], 2, 40, Refresh::Straggler),
            (&[0, 10, 20], 2, 41, Refresh::Reuse),
            (&[0, 600, 601], 1, 601, Refresh::Reuse),
            (&[0, 600, 601], 2, 630, Refresh::Straggler),
            (&[0, 600, 601], 2, 631, Refresh::Reuse),
            (&[1, 2, 3, 4, 5, 6, 7], 1, 8, Refresh::Straggler),
            (&[1, 2, 3, 4, 5, 6, 7, 8], 1, 8, Refresh::Reuse),
        ] {
            let verdict = family(rotations).present(presented, at(now), &LIMITS);
            assert_eq!(verdict, wanted, "{presented} at {now} after {rotations:?}");
        }
    }

    #[test]
    fn a_generation_that_the_database_forgot_moves_the_family_forward() {
        let forgot = family(&[1, 2]);
        assert_eq!(forgot.present(7, at(3), &LIMITS), Refresh::Rotate { to: 8 });
        let moved = forgot.rotated(7, at(3), LIMITS.idle);
        assert_eq!(moved.present(7, at(4), &LIMITS), Refresh::Retry { leaf: 8 });
        assert_eq!(moved.present(6, at(4), &LIMITS), Refresh::Reuse, "when 7 was issued is not known");
    }

    #[test]
    fn a_family_ends_at_either_limit() {
        let family = family(&[]);
        assert_eq!(family.present(1, at(1_000), &LIMITS), Refresh::Dead);
        let used = RefreshFamily { idle_expires_at: idle_end(at(4_900), LIMITS.idle, family.expires_at), ..family };
        assert_eq!(used.present(1, at(4_999), &LIMITS), Refresh::Rotate { to: 2 });
        assert_eq!(used.present(1, at(5_000), &LIMITS), Refresh::Dead);
    }

    #[test]
    fn what_reuse_ends_has_two_words() {
        assert_eq!("grant".parse(), Ok(ReuseEnds::Grant));
        assert_eq!("session".parse(), Ok(ReuseEnds::Session));
        assert_eq!("Session".parse::<ReuseEnds>(), Err(()));
    }

    /// What processes of the client, a thief, users and operators may do, in any order.
    #[derive(Debug, Clone)]
    enum GrantOperation {
        /// The client presents the newest token it holds.
        Refresh,
        /// The same, and the answer is lost: the instance stops after the commit.
        LoseReply,
        /// The client uses its access token at Usher.
        ShowAccess,
        /// Somebody presents a token that many generations older than the newest one.
        Replay(u32),
        Revoke,
        /// Time passes, as during an outage.
        Wait(u64),
        /// The database loses the last write, as after a failover to a lagging replica.
        LoseWrite,
    }

    fn ops() -> impl Strategy<Value = Vec<GrantOperation>> {
        let op = prop_oneof![
            5 => Just(GrantOperation::Refresh),
            3 => Just(GrantOperation::LoseReply),
            3 => Just(GrantOperation::ShowAccess),
            3 => (0..9_u32).prop_map(GrantOperation::Replay),
            1 => Just(GrantOperation::Revoke),
            4 => prop_oneof![Just(1), Just(29), Just(31), 0..120_u64, Just(700)].prop_map(GrantOperation::Wait),
            1 => Just(GrantOperation::LoseWrite),
        ];
        prop::collection::vec(op, 1..24)
    }

    proptest! {
        /// The model stores what the state does not: when each generation was issued, and which one was used.
        #[test]
        fn a_family_is_a_chain_and_only_an_old_token_beside_a_used_one_ends_it(ops in ops()) {
            let (mut now, mut revoked) = (START, false);
            let mut family = RefreshFamily::begin(now, &LIMITS);
            let mut issued = std::collections::BTreeMap::from([(FIRST_GENERATION, now)]);
            let mut used = std::collections::BTreeSet::new();
            let mut held = FIRST_GENERATION;
            let mut lost_write = false;
            for op in ops {
                let before = family;
                let newest = *issued.keys().max().unwrap();
                let presented = match op {
                    GrantOperation::Wait(seconds) => { now = now + Duration::from_secs(seconds); continue }
                    GrantOperation::Revoke => { revoked = true; continue }
                    GrantOperation::LoseWrite => {
                        family.generation = family.generation.saturating_sub(1).max(1);
                        lost_write = true;
                        continue
                    }
                    GrantOperation::ShowAccess => {
                        used.insert(held);
                        if held >= family.generation { family.seen_generation = family.seen_generation.max(held); }
                        continue
                    }
                    GrantOperation::Refresh | GrantOperation::LoseReply => held,
                    GrantOperation::Replay(age) => newest.saturating_sub(age).max(1),
                };
                let outcome = if revoked { Refresh::Dead } else { family.present(presented, now, &LIMITS) };
                let mut newer = issued.iter().filter(|(one, _)| (presented + 1..=before.generation).contains(one));
                let all_newer_are_young = newer.all(|(_, at)| now.seconds_since(*at) <= 30);
                match outcome {
                    Refresh::Rotate { to } => {
                        prop_assert!(presented >= before.generation, "only the leaf, or one the database forgot");
                        prop_assert!(to > before.generation && to == presented + 1);
                        family = family.rotated(presented, now, LIMITS.idle);
                        used.insert(presented);
                        issued.insert(to, now);
                        if matches!(op, GrantOperation::Refresh) { held = to; }
                    }
                    Refresh::Retry { leaf } => {
                        prop_assert_eq!(leaf, before.generation, "a retry makes no second leaf");
                        prop_assert_eq!(presented + 1, leaf);
                        if !lost_write { prop_assert!(!used.contains(&leaf), "a used leaf is given to nobody again"); }
                        if matches!(op, GrantOperation::Refresh) { held = leaf; }
                    }
                    Refresh::Straggler => {
                        prop_assert!(presented < before.generation);
                        if !lost_write { prop_assert!(all_newer_are_young); }
                    }
                    Refresh::Reuse => {
                        prop_assert!(presented < before.generation, "the newest token is never called stolen");
                        if !lost_write {
                            prop_assert!(issued.range(presented + 1..).any(|(newer, _)| used.contains(newer)),
                                "nobody is called a thief unless a newer token was used");
                            prop_assert!(!all_newer_are_young || before.generation - presented > 7);
                        }
                        revoked = true;
                    }
                    Refresh::Dead => prop_assert!(revoked || !before.is_within_limits(now)),
                }
                prop_assert!(family.generation <= *issued.keys().max().unwrap());
            }
        }

        /// A single client that never shares its token is never treated as a thief, whatever answers are lost.
        #[test]
        fn a_lost_answer_and_an_outage_never_end_anything(outages in prop::collection::vec((any::<bool>(), any::<bool>(), 0..=120_u64), 1..40)) {
            let limits = RefreshLimits { idle: Duration::from_secs(1_000_000), absolute: None, ..LIMITS };
            let (mut now, mut held) = (START, FIRST_GENERATION);
            let mut family = RefreshFamily::begin(now, &limits);
            for (delivered, shown, outage) in outages {
                match family.present(held, now, &limits) {
                    Refresh::Rotate { to } => {
                        family = family.rotated(held, now, limits.idle);
                        if delivered { held = to; }
                    }
                    Refresh::Retry { leaf } => if delivered { held = leaf },
                    other => prop_assert!(false, "{other:?}"),
                }
                if shown && held == family.generation { family.seen_generation = held; }
                now = now + Duration::from_secs(outage);
            }
        }
    }
}
