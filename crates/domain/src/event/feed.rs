//! The live feed of a project: what its local modules must know, each entry at a position without gaps.
//!
//! A token is revoked if its `jti`, `sid`, `gid` or `kid` is named, or if it was issued before the newest mark for its
//! `sub`, its client or the whole project. Tokens carry the position at which they were issued (`urv`), so that
//! "before" is a comparison of integers, without clocks.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::event::Event;
use crate::id::ProjectId;
use crate::time::Timestamp;
use crate::user::Sub;

/// With more live entries of one project, single entries are replaced by one mark for the project.
pub const MAX_LIVE: i64 = 200_000;

/// With more identifiers of one user, a mark for the project replaces those for the user.
const MAX_SUBJECTS: usize = 20;

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

impl RevocationEntry {
    /// The same about a user whom the project's tokens name by these identifiers (OpenID Connect Core §8).
    pub fn for_each(self, project: ProjectId, subjects: Vec<Sub>) -> Vec<Self> {
        if subjects.len() > MAX_SUBJECTS {
            return vec![Self { kind: EntryKind::Project, value: project.to_string(), ..self }];
        }
        subjects.into_iter().map(|sub| Self { value: sub.0, ..self.clone() }).collect()
    }
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
pub fn entry_of(event: &Event, lifetime: Duration) -> Option<RevocationEntry> {
    let rule = event.kind.row().feed?;
    if rule.unless.is_some_and(|member| event.data.contains_key(member)) {
        return None;
    }
    let why = event.member("reason").unwrap_or_else(|| event.kind.as_str()).to_owned();
    let value = value_of(rule.entry, event)?;
    Some(RevocationEntry { kind: rule.entry, value, why, at: event.at, expires_at: event.at + lifetime })
}

/// The value of the claim that an entry about this event is compared with.
fn value_of(kind: EntryKind, event: &Event) -> Option<String> {
    match kind {
        EntryKind::Session => event.session_id.map(|id| id.to_string()),
        EntryKind::Grant => event.grant_id.map(|id| id.to_string()),
        EntryKind::Client => event.client_id.as_ref().map(|id| id.0.clone()),
        EntryKind::Project => event.project_id.map(|id| id.to_string()),
        EntryKind::Token => event.member("jti").map(str::to_owned),
        EntryKind::Subject => event.member("sub").map(str::to_owned),
        EntryKind::Key => event.member("kid").map(str::to_owned),
        EntryKind::Policy => event.data.get("revision").map(ToString::to_string),
    }
}
