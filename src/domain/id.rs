//! Identifiers: one type a noun, so that a session can never be mistaken for a grant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::random::Random;
use super::time::Timestamp;

/// A `UUIDv7` (RFC 9562 §5.7): inserts stay local in the index because the time comes first.
///
/// It leaks when it was made, so it names things and guards nothing.
fn uuid_v7(now: Timestamp, random: &dyn Random) -> Uuid {
    let millis = u64::try_from(now.0).unwrap_or(0).saturating_mul(1000);
    uuid::Builder::from_unix_timestamp_millis(millis, &random.bytes::<10>()).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh identifier.
            pub fn new(now: Timestamp, random: &dyn Random) -> Self {
                Self(uuid_v7(now, random))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// A user. Applications never see it: they see the user's `sub`.
    UserId;
    /// A session of one user in one browser; the `sid` claim.
    SessionId;
    /// A grant; also the id sealed into its authorization code, which is what makes the code single-use.
    GrantId;
    /// A project.
    ProjectId;
    /// A one-time proof: a mailed code or link.
    ProofId;
    /// A letter waiting to be sent.
    LetterId;
    /// A fact in the log.
    EventId;
    /// A passkey.
    PasskeyId;
    /// A browser that is not asked for a second step.
    RememberedId;
    /// A second step that is due, or a ceremony that a passkey is asked for in.
    CeremonyId;
    /// One role of one holder.
    AssignmentId;
    /// One way in that an upstream provider vouches for.
    IdentityId;
    /// Two users that were found to be one person.
    MergeId;
    /// A webhook of a project.
    WebhookId;
}

impl EventId {
    /// Another name at the same moment, which follows from this one and differs from it for every `place` but 0.
    #[must_use]
    pub fn beside(self, place: u64) -> Self {
        let (head, tail) = self.0.as_u64_pair();
        // The two bits of the variant stay as they are (RFC 9562 §4.1).
        Self(Uuid::from_u64_pair(head, tail ^ (place & (u64::MAX >> 2))))
    }

    /// The name of a fact about one session among many that this one concerns.
    #[must_use]
    pub fn about(self, session: SessionId) -> Self {
        self.beside(session.0.as_u64_pair().1)
    }
}

/// The `client_id` of RFC 6749 §2.2: chosen by Usher, never by the client, so that it cannot collide with a `sub`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(pub String);

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::SeededRandom;
    use super::*;

    #[test]
    fn identifiers_sort_by_the_time_they_were_made() {
        let random = SeededRandom::new(1);
        let earlier = UserId::new(Timestamp(1_700_000_000), &random);
        let later = UserId::new(Timestamp(1_700_000_001), &random);
        assert!(earlier < later);
        assert_eq!(earlier.0.get_version_num(), 7);
        assert_eq!(earlier.to_string().parse::<UserId>().unwrap(), earlier);
        assert!("not-an-id".parse::<UserId>().is_err());
    }
}
