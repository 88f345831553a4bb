use aws_lc_rs::hmac;
use serde_json::{Value as Json, json};

use super::{LogOwner, VERSION, tag};
use crate::revocation::{Cursor, Entry};

/// Makes the lines of a log, one after the other.
pub(crate) struct LogWriter {
    key: hmac::Key,
    tag: String,
}

impl LogWriter {
    /// A writer for a new log.
    pub(crate) fn new(key: &hmac::Key) -> Self {
        Self { key: key.clone(), tag: String::new() }
    }

    fn line(&mut self, record: &Json) -> String {
        let body = record.to_string();
        self.tag = tag(&self.key, &self.tag, body.as_bytes());
        format!("{} {body}\n", self.tag)
    }

    /// The first line. The entries that follow up to the cursor are the snapshot.
    pub(crate) fn head(&mut self, owner: LogOwner<'_>, cursor: Cursor, at: i64) -> String {
        self.line(&json!({
            "t": "head", "v": VERSION, "issuer": owner.issuer, "client": owner.client,
            "epoch": format!("e{}", cursor.epoch), "cursor": cursor.position, "at": at,
        }))
    }

    pub(crate) fn keys(&mut self, etag: &str, jwks: &Json) -> String {
        self.line(&json!({ "t": "jwks", "etag": etag, "jwks": jwks }))
    }

    pub(crate) fn policy(&mut self, etag: &str, jws: &str) -> String {
        self.line(&json!({ "t": "policy", "etag": etag, "jws": jws }))
    }

    /// Clients that are known to be of the project.
    pub(crate) fn clients(&mut self, ids: &[String]) -> String {
        self.line(&json!({ "t": "clients", "ids": ids }))
    }

    pub(crate) fn entry(&mut self, entry: &Entry) -> String {
        let mut record = json!({
            "t": "ev", "c": entry.position, "k": entry.kind.as_str(), "v": entry.value, "exp": entry.expires, "at": entry.at,
        });
        if entry.before != 0 {
            record["before"] = entry.before.into();
        }
        if let Some(why) = &entry.why {
            record["why"] = why.as_str().into();
        }
        self.line(&record)
    }

    /// The end of the snapshot: a log without it lacks entries.
    pub(crate) fn end(&mut self) -> String {
        self.line(&json!({ "t": "end" }))
    }

    pub(crate) fn policy_revision(&mut self, position: i64, revision: u64) -> String {
        self.line(&json!({ "t": "policy_rev", "c": position, "rev": revision }))
    }

    /// A message that was not understood.
    pub(crate) fn skip(&mut self, position: i64) -> String {
        self.line(&json!({ "t": "skip", "c": position }))
    }

    /// At this time nothing beyond the cursor was known to Usher.
    pub(crate) fn confirmed(&mut self, cursor: i64, at: i64) -> String {
        self.line(&json!({ "t": "at", "cursor": cursor, "at": at }))
    }
}
