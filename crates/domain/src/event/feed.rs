//! The live feed of a project: what its local modules must know, each entry at a position without gaps.
//!
//! A token is revoked if its `jti`, `sid`, `gid` or `kid` is named, or if it was issued before the newest mark for its
//! `sub`, its client or the whole project. Tokens carry the position at which they were issued (`urv`), so that
//! "before" is a comparison of integers, without clocks.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::event::{Event, EventKind};
use crate::time::Timestamp;

/// With more live entries of one project, single entries are replaced by one mark for the project.
pub const MAX_LIVE: i64 = 200_000;

/// The kind of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// One access token.
    Token,
    /// Every token of one session.
    Session,
    /// Every token of one grant.
    Grant,
    /// Every token signed with one key.
    Key,
    /// Every token of one user that was issued before.
    Subject,
    /// Every token of one client that was issued before.
    Client,
    /// Every token of the project that was issued before.
    Project,
    /// Not a revocation: the access rules have a new revision.
    Policy,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 8] =
        [Self::Token, Self::Session, Self::Grant, Self::Key, Self::Subject, Self::Client, Self::Project, Self::Policy];

    /// The name on the wire and in the database: the claim that is compared.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "jti",
            Self::Session => "sid",
            Self::Grant => "gid",
            Self::Key => "kid",
            Self::Subject => "sub",
            Self::Client => "client",
            Self::Project => "project",
            Self::Policy => "policy",
        }
    }

    /// Whether it applies to all tokens issued before it, and none issued after.
    pub const fn is_mark(self) -> bool {
        matches!(self, Self::Subject | Self::Client | Self::Project)
    }

    /// The kind with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// An entry without its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationEntry {
    /// Its kind.
    pub kind: EntryKind,
    /// The value of the claim.
    pub value: String,
    /// The reason, one word.
    pub why: String,
    /// When it happened.
    pub at: Timestamp,
    /// All tokens that it concerns have expired then.
    pub expires_at: Timestamp,
}

/// An entry with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// The position; the first is 1.
    pub position: i64,
    /// The content.
    pub notice: RevocationEntry,
}

/// A position in a feed: everything up to it is known. The epoch changes when the sequence was broken, as by a restored
/// backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedCursor {
    /// The epoch.
    pub epoch: u64,
    /// The position.
    pub position: i64,
}

/// The text is no cursor of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no cursor of the feed: it looks like e1.42")]
pub struct NotAFeedCursor;

impl fmt::Display for FeedCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "e{}.{}", self.epoch, self.position)
    }
}

impl FromStr for FeedCursor {
    type Err = NotAFeedCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (epoch, position) = text.strip_prefix('e').and_then(|rest| rest.split_once('.')).ok_or(NotAFeedCursor)?;
        let plain = |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(epoch) || !plain(position) {
            return Err(NotAFeedCursor);
        }
        let epoch = epoch.parse().map_err(|_| NotAFeedCursor)?;
        let position = position.parse().map_err(|_| NotAFeedCursor)?;
        Ok(Self { epoch, position })
    }
}

/// The entry for an event, if local modules must know of it.
///
/// `lifetime` is the maximum lifetime of an access token.
pub fn notice_of(event: &Event, lifetime: Duration) -> Option<RevocationEntry> {
    let text = |name: &str| event.data.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    let (kind, value) = match event.kind {
        EventKind::SessionRevoked => (EntryKind::Session, event.session_id?.to_string()),
        // Its session ended as well, and the entry of the session suffices.
        EventKind::GrantRevoked if event.data.contains_key(Event::WITH_SESSION) => return None,
        EventKind::GrantRevoked => (EntryKind::Grant, event.grant_id?.to_string()),
        EventKind::TokenRevoked => (EntryKind::Token, text("jti")?),
        EventKind::UserDisabled
        | EventKind::UserDeleted
        | EventKind::UsersMerged
        | EventKind::RoleAssigned
        | EventKind::RoleUnassigned => (EntryKind::Subject, text("sub")?),
        EventKind::ClientDisabled | EventKind::ClientDeleted => {
            (EntryKind::Client, event.client_id.as_ref()?.0.clone())
        }
        EventKind::KeyRevoked => (EntryKind::Key, text("kid")?),
        EventKind::PolicyPublished => (EntryKind::Policy, event.data.get("revision")?.to_string()),
        _ => return None,
    };
    let why = text("reason").unwrap_or_else(|| event.kind.as_str().to_owned());
    Some(RevocationEntry { kind, value, why, at: event.at, expires_at: event.at + lifetime })
}
