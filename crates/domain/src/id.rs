//! Identifiers, one type for each entity, so that a session id cannot be passed as a grant id.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::random::Random;
use super::time::Timestamp;

/// A `UUIDv7` (RFC 9562 §5.7): inserts stay local in the index because the time comes first.
///
/// It reveals its creation time, so it identifies and never authenticates.
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
    /// A one-time proof: a code or link sent by email.
    ProofId;
    /// A queued email.
    EmailId;
    /// An event of the event log.
    EventId;
    /// A passkey.
    PasskeyId;
    /// A remembered browser, which is not asked for a second step.
    RememberedId;
    /// A pending second step, or a passkey ceremony.
    CeremonyId;
    /// One role of one subject.
    AssignmentId;
    /// An identity at an upstream provider.
    IdentityId;
    /// A merge of two users.
    MergeId;
    /// A webhook of a project.
    WebhookId;
    /// A recorded attempt of a client.
    AttemptId;
    /// An initial access token of a project.
    InitialTokenId;
    /// An invitation to a project.
    ProjectInvitationId;
    /// A saved filter of the audit log.
    SavedFilterId;
    /// An API of a project. Tokens name it by its identifier.
    ApiId;
    /// An import of users.
    ImportId;
}

impl AttemptId {
    /// The id of the attempt that is number `place` of its second, so that ids are ordered within a second, too.
    pub fn in_order(now: Timestamp, place: u16, random: &dyn Random) -> Self {
        let millis = u64::try_from(now.0).unwrap_or(0).saturating_mul(1000) + u64::from(place.min(999));
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random.bytes::<10>()).into_uuid())
    }
}

impl EventId {
    /// Another id of the same moment, derived from this one; different for every `place` but 0.
    #[must_use]
    pub fn beside(self, place: u64) -> Self {
        let (head, tail) = self.0.as_u64_pair();
        // The two bits of the variant are unchanged (RFC 9562 §4.1).
        Self(Uuid::from_u64_pair(head, tail ^ (place & (u64::MAX >> 2))))
    }

    /// The id of a derived event about one of several sessions.
    #[must_use]
    pub fn about(self, session: SessionId) -> Self {
        self.beside(session.0.as_u64_pair().1)
    }
}

/// Whether a text can be shown and stored unchanged: no control character (PostgreSQL refuses NUL) and no noncharacter
/// (Unicode §23.7).
pub fn is_printable(text: &str) -> bool {
    let is_noncharacter = |c: char| matches!(c, '\u{FDD0}'..='\u{FDEF}') || u32::from(c) & 0xFFFE == 0xFFFE;
    !text.chars().any(|c| c.is_control() || is_noncharacter(c))
}

/// The `client_id` of RFC 6749 §2.2: chosen by Usher, never by the client, so that it cannot collide with a `sub`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(pub String);

/// The text is no valid `client_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a client_id holds 1 to 256 printable ASCII characters")]
pub struct NotAClientId;

impl FromStr for ClientId {
    type Err = NotAClientId;

    /// `VSCHAR` of RFC 6749 §A.1, with a length far above that of our ids.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=256).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, 0x20..=0x7E));
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAClientId) }
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl UserId {
    /// A value that sorts before the id of every user created at this moment or later.
    pub fn earliest_of(created_at: Timestamp) -> Uuid {
        let millis = u64::try_from(created_at.0).unwrap_or(0).saturating_mul(1000);
        let seconds = u128::from(millis) << 80;
        Uuid::from_u128(if millis >> 48 == 0 { seconds } else { u128::MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::SeededRandom;
    use super::*;

    #[test]
    fn no_identifier_holds_what_cannot_be_stored_or_shown() {
        for hostile in ["\0", "a\0b", "\u{1}", "a\n", "\u{7F}", "\u{85}", "\u{FFFE}", "\u{FDD0}", "\u{1FFFF}"] {
            assert!(!is_printable(hostile), "{hostile:?}");
            assert!(hostile.parse::<ClientId>().is_err() && hostile.parse::<UserId>().is_err(), "{hostile:?}");
        }
        assert!("".parse::<ClientId>().is_err() && "x".repeat(257).parse::<ClientId>().is_err());
        assert!("client_x".parse::<ClientId>().is_ok());
        assert!(is_printable("Олена 😀 \u{FFFD}"));
    }

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
