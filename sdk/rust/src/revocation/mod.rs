//! The list of what is revoked, and the messages of the feed `usher.sync.v1` (`docs/sync.md`). Pure: messages and the
//! time are passed in. Times are seconds since the epoch.

mod list;
mod message;

pub(crate) use list::{Outcome, RevocationList, TokenMarks};
pub use message::EntryKind;
pub(crate) use message::{Cursor, Entry, Events, ListSnapshot, Message, MessageKind};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;
    use serde_json::Value as Json;

    fn check_question(list: &RevocationList, question: &Json, now: i64) {
        let claims = &question["claims"];
        let text = |name: &str| claims[name].as_str();
        let token = TokenMarks {
            id: text("jti").unwrap_or_default(),
            session_id: text("sid"),
            grant_id: text("gid"),
            kid: question["kid"].as_str().unwrap_or_default(),
            subject: text("sub").unwrap_or_default(),
            client_id: text("client_id").unwrap_or_default(),
            urv: claims["urv"].as_i64(),
            issued_at: claims["iat"].as_i64().unwrap_or_default(),
        };
        let by = list.revoked_by(&token, now).map(EntryKind::as_str);
        assert_eq!(by, question["revoked_by"].as_str(), "{}", question["name"]);
    }

    fn list(file: &Json, max: Option<u64>) -> RevocationList {
        let snapshot = ListSnapshot::parse(file["snapshot"].to_string().as_bytes()).unwrap();
        let max = max.map_or(200_000, |max| usize::try_from(max).unwrap());
        let mut list = RevocationList::new(file["skew"].as_i64().unwrap(), max);
        list.replace(&snapshot, file["now"].as_i64().unwrap()).unwrap();
        list
    }

    /// What became of a step, in the words of the vectors.
    fn take(list: &mut RevocationList, step: &Json, now: i64) -> &'static str {
        if let Some(message) = step.get("message") {
            return Message::parse(message).map_or("message_invalid", |message| list.apply(&message, now).as_str());
        }
        match ListSnapshot::parse(step["snapshot"].to_string().as_bytes()) {
            Err(_) => "snapshot_invalid",
            Ok(snapshot) => list.replace(&snapshot, now).map_or("snapshot_old", |()| "replaced"),
        }
    }

    #[test]
    fn what_is_revoked_is_the_same_in_every_module() {
        let file = vectors::read("revocation.json");
        let list = list(&file, None);
        for case in vectors::cases("revocation.json") {
            check_question(&list, &case, file["now"].as_i64().unwrap());
        }
    }

    #[test]
    fn the_feed_is_followed_as_in_every_module() {
        let file = vectors::read("revocation.json");
        for sequence in file["sequences"].as_array().unwrap() {
            let mut list = list(&file, sequence["max"].as_u64());
            for (number, step) in sequence["steps"].as_array().unwrap().iter().enumerate() {
                let now = step["now"].as_i64().or(file["now"].as_i64()).unwrap();
                if step.get("ask").is_some() {
                    check_question(&list, &step["ask"], now);
                    continue;
                }
                let outcome = take(&mut list, step, now);
                assert_eq!(step["outcome"], outcome, "{}, step {number}", sequence["name"]);
                if let Some(cursor) = step["cursor"].as_i64() {
                    assert_eq!(list.cursor().unwrap().position, cursor, "{}, step {number}", sequence["name"]);
                }
            }
        }
    }
}
