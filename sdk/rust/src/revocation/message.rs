use std::fmt;

use serde::Deserialize;
use serde_json::Value as Json;

/// A place in a feed: everything up to here is known. The epoch is another one when the feed was broken, as by a restored
/// backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cursor {
    pub(crate) epoch: u64,
    pub(crate) position: i64,
}

/// As the protocol writes it: `e7.18234`.
impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "e{}.{}", self.epoch, self.position)
    }
}

impl Cursor {
    /// Reads an epoch: `e7`.
    pub(crate) fn parse_epoch(text: &str) -> Option<u64> {
        let digits = text.strip_prefix('e').filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))?;
        digits.parse().ok()
    }
}

/// What an entry of the feed revokes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// One token.
    Jti,
    /// The tokens of one session.
    Sid,
    /// The tokens of one grant.
    Gid,
    /// The tokens that one key signed.
    Kid,
    /// The tokens of one user that were issued before.
    Sub,
    /// The tokens of one client that were issued before.
    Client,
    /// All tokens of the project that were issued before.
    Project,
}

impl EntryKind {
    pub(super) const NAMES: [Self; 4] = [Self::Jti, Self::Sid, Self::Gid, Self::Kid];
    pub(super) const MARKS: [Self; 3] = [Self::Sub, Self::Client, Self::Project];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jti => "jti",
            Self::Sid => "sid",
            Self::Gid => "gid",
            Self::Kid => "kid",
            Self::Sub => "sub",
            Self::Client => "client",
            Self::Project => "project",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::NAMES.into_iter().chain(Self::MARKS).find(|kind| kind.as_str() == text)
    }

    /// Whether it revokes what was issued before it, rather than what it names.
    pub(super) fn is_mark(self) -> bool {
        Self::MARKS.contains(&self)
    }
}

/// A revocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) position: i64,
    pub(crate) kind: EntryKind,
    pub(crate) value: String,
    /// Of a mark: what was issued at a position before this one is revoked.
    pub(crate) before: i64,
    /// All tokens that it revokes expire before.
    pub(crate) expires: i64,
    pub(crate) at: i64,
    pub(crate) why: Option<String>,
}

/// A message of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// 0 if it has none.
    pub(crate) position: i64,
    pub(crate) kind: MessageKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MessageKind {
    Entry(Entry),
    /// The revision of the access rules that is published.
    Policy(u64),
    Hello {
        epoch: u64,
        position: i64,
    },
    Resync,
    Keys,
    /// Seconds after which to connect again.
    Retry(u64),
    /// Of a later version.
    Unknown,
}

/// A message that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message of the feed cannot be read")]
pub(crate) struct MessageFault;

impl Message {
    pub(crate) fn parse(json: &Json) -> Result<Self, MessageFault> {
        let name = json["t"].as_str().ok_or(MessageFault)?;
        let position = match json.get("c") {
            None => 0,
            Some(position) => position.as_i64().filter(|position| *position > 0).ok_or(MessageFault)?,
        };
        let kind = match name {
            "ev" => read_entry(json, position)?,
            "policy" if position > 0 => MessageKind::Policy(json["rev"].as_u64().ok_or(MessageFault)?),
            "policy" => return Err(MessageFault),
            "hello" => MessageKind::Hello {
                epoch: json["epoch"].as_str().and_then(Cursor::parse_epoch).ok_or(MessageFault)?,
                position: json["cursor"].as_i64().unwrap_or_default(),
            },
            "resync" => MessageKind::Resync,
            "jwks" => MessageKind::Keys,
            "retry" => MessageKind::Retry(json["after"].as_u64().unwrap_or_default()),
            _ => MessageKind::Unknown,
        };
        Ok(Self { position, kind })
    }

    fn parse_all(list: &[Json]) -> Result<Vec<Self>, MessageFault> {
        list.iter().map(Self::parse).collect()
    }
}

fn read_entry(json: &Json, position: i64) -> Result<MessageKind, MessageFault> {
    let name = json["k"].as_str().filter(|_| position > 0).ok_or(MessageFault)?;
    // Entries of a later version may have another form.
    let Some(kind) = EntryKind::parse(name) else { return Ok(MessageKind::Unknown) };
    Ok(MessageKind::Entry(Entry {
        position,
        kind,
        value: json["v"].as_str().ok_or(MessageFault)?.to_owned(),
        before: if kind.is_mark() { json["before"].as_i64().ok_or(MessageFault)? } else { 0 },
        expires: json["exp"].as_i64().ok_or(MessageFault)?,
        at: json["at"].as_i64().unwrap_or_default(),
        why: json["why"].as_str().map(str::to_owned),
    }))
}

/// The whole list at a position of the feed: the answer of `GET /api/v1/sync/snapshot`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListSnapshot {
    pub(crate) cursor: Cursor,
    pub(crate) entries: Vec<Entry>,
    /// The published revision of the access rules.
    pub(crate) policy: Option<u64>,
    pub(crate) keys_etag: Option<String>,
    /// The project of the client.
    pub(crate) project: Option<String>,
}

#[derive(Deserialize)]
struct WrittenSnapshot {
    project_id: Option<String>,
    epoch: String,
    cursor: i64,
    revocations: Vec<Json>,
    policy: Option<WrittenPolicy>,
    jwks: Option<WrittenKeys>,
}

#[derive(Deserialize)]
struct WrittenPolicy {
    revision: u64,
}

#[derive(Deserialize)]
struct WrittenKeys {
    etag: Option<String>,
}

impl ListSnapshot {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, MessageFault> {
        let written: WrittenSnapshot = serde_json::from_slice(bytes).map_err(|_| MessageFault)?;
        let epoch = Cursor::parse_epoch(&written.epoch).filter(|_| written.cursor >= 0).ok_or(MessageFault)?;
        let messages = Message::parse_all(&written.revocations)?;
        let entries = messages.into_iter().filter_map(|message| match message.kind {
            MessageKind::Entry(entry) => Some(entry),
            _ => None,
        });
        Ok(Self {
            cursor: Cursor { epoch, position: written.cursor },
            entries: entries.collect(),
            policy: written.policy.map(|policy| policy.revision),
            project: written.project_id,
            keys_etag: written.jwks.and_then(|keys| keys.etag),
        })
    }
}

/// The answer of `GET /api/v1/sync/events`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Events {
    pub(crate) cursor: Cursor,
    pub(crate) messages: Vec<Message>,
    /// There is more to fetch.
    pub(crate) more: bool,
}

#[derive(Deserialize)]
struct WrittenEvents {
    epoch: String,
    cursor: i64,
    events: Vec<Json>,
    #[serde(default)]
    more: bool,
}

impl Events {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, MessageFault> {
        let written: WrittenEvents = serde_json::from_slice(bytes).map_err(|_| MessageFault)?;
        let epoch = Cursor::parse_epoch(&written.epoch).ok_or(MessageFault)?;
        let cursor = Cursor { epoch, position: written.cursor };
        Ok(Self { cursor, messages: Message::parse_all(&written.events)?, more: written.more })
    }
}
