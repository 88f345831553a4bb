//! What goes over the wire of `usher.sync.v1`: each entry written once, however many listen.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use usher_domain::feed::{Entry, EntryKind};

/// An entry as JSON: in the socket with its `t`, in lists and snapshots alike.
pub fn entry_json(entry: &Entry) -> Value {
    let Entry { position, notice } = entry;
    if notice.kind == EntryKind::Policy {
        let revision = notice.value.parse::<u64>().unwrap_or_default();
        return json!({ "t": "policy", "c": position, "rev": revision });
    }
    let mut event = json!({
        "t": "ev", "c": position, "k": notice.kind.as_str(), "v": notice.value,
        "exp": notice.expires_at.0, "why": notice.why, "at": notice.at.0,
    });
    if notice.kind.is_mark() {
        // Whatever was issued before this position is dead; `at` serves tokens that carry no position.
        event["before"] = json!(position);
    }
    event
}

/// One message to everybody who listens to a project.
#[derive(Debug, Clone)]
pub enum Frame {
    /// An entry, with its words and with what it names.
    Entry {
        /// The entry.
        entry: Arc<Entry>,
        /// As it is sent.
        text: Bytes,
    },
    /// The published keys have changed.
    Keys,
    /// Credentials of the project have changed: look again whether yours is still good.
    Credentials,
}

impl Frame {
    /// The message about an entry.
    pub fn of(entry: Entry) -> Self {
        let text = Bytes::from(entry_json(&entry).to_string());
        Self::Entry { entry: Arc::new(entry), text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::feed::Notice;
    use usher_domain::time::Timestamp;

    fn entry(kind: EntryKind, value: &str) -> Entry {
        let notice =
            Notice { kind, value: value.into(), why: "sign_out".into(), at: Timestamp(5), expires_at: Timestamp(605) };
        Entry { position: 7, notice }
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
