//! The wire format of `usher.sync.v1`: each entry is serialized once for all listeners.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use usher_domain::event::feed::{EntryKind, FeedEntry};

/// An entry as JSON: in the socket with its `t`, and in lists and snapshots.
pub fn entry_json(entry: &FeedEntry) -> Value {
    let FeedEntry { position, notice } = entry;
    if notice.kind == EntryKind::Policy {
        let revision = notice.value.parse::<u64>().unwrap_or_default();
        return json!({ "t": "policy", "c": position, "rev": revision });
    }
    let mut event = json!({
        "t": "ev", "c": position, "k": notice.kind.as_str(), "v": notice.value,
        "exp": notice.expires_at.0, "why": notice.why, "at": notice.at.0,
    });
    if notice.kind.is_mark() {
        // Revokes tokens issued before this position; `at` is for tokens without a position.
        event["before"] = json!(position);
    }
    event
}

/// One message to all listeners of a project.
#[derive(Debug, Clone)]
pub enum Frame {
    /// An entry, parsed and serialized.
    Entry {
        /// The entry.
        entry: Arc<FeedEntry>,
        /// The serialized text.
        text: Bytes,
    },
    /// The published keys have changed.
    Keys,
    /// Credentials of the project have changed: each listener checks its own.
    Credentials,
}

impl Frame {
    /// The message for an entry.
    pub fn of(entry: FeedEntry) -> Self {
        let text = Bytes::from(entry_json(&entry).to_string());
        Self::Entry { entry: Arc::new(entry), text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::event::feed::RevocationEntry;
    use usher_domain::time::Timestamp;

    fn entry(kind: EntryKind, value: &str) -> FeedEntry {
        let notice = RevocationEntry {
            kind,
            value: value.into(),
            why: "sign_out".into(),
            at: Timestamp(5),
            expires_at: Timestamp(605),
        };
        FeedEntry { position: 7, notice }
    }

    #[test]
    fn an_exact_entry_names_its_value_and_a_mark_says_before_what() {
        let exact = json!({"t": "ev", "c": 7, "k": "sid", "v": "s", "exp": 605, "why": "sign_out", "at": 5});
        assert_eq!(entry_json(&entry(EntryKind::Session, "s")), exact);
        let mark = entry_json(&entry(EntryKind::Subject, "u"));
        assert_eq!((&mark["k"], &mark["before"]), (&json!("sub"), &json!(7)));
    }

    #[test]
    fn a_new_revision_of_the_rules_is_a_message_of_its_own() {
        assert_eq!(entry_json(&entry(EntryKind::Policy, "43")), json!({"t": "policy", "c": 7, "rev": 43}));
    }
}
