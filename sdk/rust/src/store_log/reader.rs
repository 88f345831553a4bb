use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use serde_json::Value as Json;

use super::{VERSION, tag};
use crate::revocation::{Cursor, Entry, Message, MessageKind};

/// Why a log is refused. The names are those of the vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LogFault {
    #[error("log_empty")]
    Empty,
    /// It lacks the end of its snapshot.
    #[error("log_torn")]
    Torn,
    #[error("log_tampered")]
    Tampered,
    #[error("log_version")]
    Version,
    /// It is of another issuer or client.
    #[error("log_foreign")]
    Foreign,
    #[error("log_gap")]
    Gap,
}

/// Whose log it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogOwner<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client: &'a str,
}

/// The content of a log.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredState {
    pub(crate) cursor: Cursor,
    pub(crate) entries: Vec<Entry>,
    /// When the list was last up to date, in seconds since the epoch.
    pub(crate) at: i64,
    /// `ETag` and key set.
    pub(crate) keys: Option<(String, Json)>,
    /// `ETag` and signed access rules.
    pub(crate) policy: Option<(String, String)>,
    pub(crate) clients: Vec<String>,
    /// The length in bytes of a last line that is incomplete.
    pub(crate) dropped: usize,
    ended: bool,
}

/// Reads a log. An incomplete last line is left out; any other fault refuses the whole log.
pub(crate) fn read(text: &[u8], key: &hmac::Key, owner: LogOwner<'_>) -> Result<StoredState, LogFault> {
    let mut state: Option<StoredState> = None;
    let (mut before, mut rest) = (String::new(), text);
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = &rest[..end];
        let Some((body, found)) = checked(line, key, &before) else {
            if end + 1 == rest.len() {
                break;
            }
            return Err(LogFault::Tampered);
        };
        let record: Json = serde_json::from_slice(body).map_err(|_| LogFault::Tampered)?;
        match &mut state {
            None => state = Some(head(&record, owner)?),
            Some(state) => state.take(&record)?,
        }
        before = found;
        rest = &rest[end + 1..];
    }
    let mut state = state.ok_or(LogFault::Empty)?;
    state.dropped = rest.len();
    if state.ended { Ok(state) } else { Err(LogFault::Torn) }
}

/// The JSON of a line and its tag, if the tag is right.
fn checked<'a>(line: &'a [u8], key: &hmac::Key, before: &str) -> Option<(&'a [u8], String)> {
    let space = line.iter().position(|byte| *byte == b' ')?;
    let body = &line[space + 1..];
    let expected = tag(key, before, body);
    verify_slices_are_equal(&line[..space], expected.as_bytes()).ok()?;
    Some((body, expected))
}

fn head(record: &Json, owner: LogOwner<'_>) -> Result<StoredState, LogFault> {
    if record["t"] != "head" || record["v"] != VERSION {
        return Err(LogFault::Version);
    }
    if record["issuer"] != owner.issuer || record["client"] != owner.client {
        return Err(LogFault::Foreign);
    }
    let epoch = record["epoch"].as_str().and_then(Cursor::parse_epoch).ok_or(LogFault::Tampered)?;
    Ok(StoredState {
        cursor: Cursor { epoch, position: record["cursor"].as_i64().ok_or(LogFault::Tampered)? },
        entries: vec![],
        at: record["at"].as_i64().ok_or(LogFault::Tampered)?,
        keys: None,
        policy: None,
        clients: vec![],
        dropped: 0,
        ended: false,
    })
}

impl StoredState {
    fn take(&mut self, record: &Json) -> Result<(), LogFault> {
        let text = |name: &str| record[name].as_str().map(str::to_owned).ok_or(LogFault::Tampered);
        let number = |name: &str| record[name].as_i64().ok_or(LogFault::Tampered);
        match record["t"].as_str().ok_or(LogFault::Tampered)? {
            "head" => return Err(LogFault::Version),
            "jwks" => self.keys = Some((text("etag")?, record["jwks"].clone())),
            "policy" => self.policy = Some((text("etag")?, text("jws")?)),
            "clients" => {
                let ids: Option<Vec<String>> = record["ids"]
                    .as_array()
                    .and_then(|ids| ids.iter().map(|id| Some(id.as_str()?.to_owned())).collect());
                self.clients = ids.ok_or(LogFault::Tampered)?;
            }
            "end" => self.ended = true,
            "at" => self.at = self.at.max(number("at")?),
            "ev" => {
                let message = Message::parse(record).map_err(|_| LogFault::Tampered)?;
                if let MessageKind::Entry(entry) = message.kind {
                    self.entries.push(entry);
                }
                self.reach(message.position)?;
            }
            "policy_rev" | "skip" => self.reach(number("c")?)?,
            _ => {}
        }
        Ok(())
    }

    /// Moves the cursor to the next position.
    fn reach(&mut self, position: i64) -> Result<(), LogFault> {
        if position > self.cursor.position + 1 {
            return Err(LogFault::Gap);
        }
        self.cursor.position = self.cursor.position.max(position);
        Ok(())
    }
}
