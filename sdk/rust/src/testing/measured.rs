//! Parts of a module that `sdk/bench` measures alone.

use crate::policy::Rules;
use crate::revocation::{Cursor, Entry, EntryKind, ListSnapshot, Message, MessageKind, RevocationList, TokenMarks};

/// A list of revoked sessions.
pub struct FilledList(RevocationList);

impl FilledList {
    /// A list of these sessions.
    pub fn of(sessions: impl Iterator<Item = String>) -> Self {
        let mut list = RevocationList::new(30, 200_000);
        // One after the other, so that nothing but the list takes memory.
        let cursor = Cursor { epoch: 1, position: 0 };
        let empty = ListSnapshot { cursor, entries: vec![], policy: None, keys_etag: None, project: None };
        list.replace(&empty, 0).expect("the list is empty");
        for (position, value) in (1..).zip(sessions) {
            let entry =
                Entry { position, kind: EntryKind::Sid, value, before: 0, expires: 1_900_000_000, at: 0, why: None };
            list.apply(&Message { position, kind: MessageKind::Entry(entry) }, 0);
        }
        Self(list)
    }

    /// Whether a token of this session is revoked.
    pub fn revokes(&self, session_id: &str) -> bool {
        let token = TokenMarks {
            id: "j",
            session_id: Some(session_id),
            grant_id: Some("g"),
            kid: "k",
            subject: "s",
            client_id: "c",
            urv: Some(5),
            issued_at: 0,
        };
        self.0.revoked_by(&token, 1_800_000_000).is_some()
    }
}

/// Reads access rules as the module does; whether they can be used.
pub fn reads_rules(text: &str) -> bool {
    Rules::parse(text.as_bytes()).is_ok()
}
