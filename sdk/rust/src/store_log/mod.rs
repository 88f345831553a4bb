//! The log of a module's state, in the format of all local modules (`sdk/vectors/README.md`). Pure: no I/O.
//!
//! A line is `tag SP json LF`. The tag is an HMAC over the tag before and the JSON, so nobody without the secret can
//! change, reorder or remove lines, except at the end.

mod reader;
mod writer;

use aws_lc_rs::{hkdf, hmac};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

pub(crate) use reader::{LogOwner, StoredState, read};
pub(crate) use writer::LogWriter;

/// The version of the format.
const VERSION: u64 = 1;

/// The key of the tags (RFC 5869).
pub(crate) fn key(secret: &str) -> hmac::Key {
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]);
    let material = salt.extract(secret.as_bytes());
    let mut bytes = [0; 32];
    let filled = material.expand(&[b"usher-store v1"], hkdf::HKDF_SHA256).and_then(|key| key.fill(&mut bytes));
    filled.expect("HKDF-SHA256 gives 32 bytes");
    hmac::Key::new(hmac::HMAC_SHA256, &bytes)
}

fn tag(key: &hmac::Key, before: &str, body: &[u8]) -> String {
    let mut context = hmac::Context::with_key(key);
    context.update(before.as_bytes());
    context.update(b"\n");
    context.update(body);
    BASE64_URL_SAFE_NO_PAD.encode(context.sign())
}

#[cfg(test)]
mod tests {
    use super::reader::LogFault;
    use super::*;
    use crate::revocation::{Cursor, Entry, EntryKind};
    use crate::vectors;
    use serde_json::{Value as Json, json};

    fn reading(text: &str, file: &Json) -> Result<StoredState, LogFault> {
        let owner = LogOwner { issuer: file["issuer"].as_str().unwrap(), client: file["client"].as_str().unwrap() };
        read(text.as_bytes(), &key(file["secret"].as_str().unwrap()), owner)
    }

    #[test]
    fn a_log_is_read_as_in_every_module() {
        let file = vectors::read("store-log.json");
        for case in vectors::cases("store-log.json") {
            let (name, expect) = (&case["name"], &case["expect"]);
            let read = reading(case["text"].as_str().unwrap(), &file);
            if let Some(reason) = expect["reason"].as_str() {
                assert_eq!(read.unwrap_err().to_string(), reason, "{name}");
                continue;
            }
            let state = read.unwrap();
            let named: Vec<_> = state.entries.iter().map(|entry| entry.value.as_str()).collect();
            assert_eq!(format!("e{}", state.cursor.epoch), expect["epoch"].as_str().unwrap(), "{name}");
            assert_eq!(state.cursor.position, expect["cursor"].as_i64().unwrap(), "{name}");
            assert_eq!(state.at, expect["at"].as_i64().unwrap(), "{name}");
            assert_eq!(json!(named), expect["named"], "{name}");
            assert_eq!(json!(state.policy.as_ref().map(|policy| &policy.1)), expect["policy"], "{name}");
            assert_eq!(json!(state.policy.as_ref().map(|policy| &policy.0)), expect["policy_etag"], "{name}");
            assert_eq!(json!(state.keys.as_ref().map(|keys| &keys.0)), expect["jwks_etag"], "{name}");
            assert_eq!(json!(state.clients), expect["clients"], "{name}");
            assert_eq!(json!(state.dropped), expect["dropped"], "{name}");
        }
    }

    #[test]
    fn a_log_that_ends_anywhere_is_refused_or_older() {
        let file = vectors::read("store-log.json");
        let text = file["cases"][0]["text"].as_str().unwrap();
        let whole = reading(text, &file).unwrap();
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            if let Ok(state) = reading(&text[..end], &file) {
                assert!(state.cursor <= whole.cursor && state.at <= whole.at);
            }
        }
    }

    #[test]
    fn what_is_written_is_read_as_itself() {
        let mut writer = LogWriter::new(&key("secret"));
        let cursor = Cursor { epoch: 7, position: 20 };
        let mut log = writer.head(LogOwner { issuer: "https://id.example.com", client: "shop" }, cursor, 5);
        log += &writer.end();
        let entry = Entry {
            position: 21,
            kind: EntryKind::Sub,
            value: "користувач <&>\n".to_owned(),
            before: 21,
            expires: 600,
            at: 4,
            why: Some("sign_out".to_owned()),
        };
        log += &writer.entry(&entry);
        log += &writer.policy_revision(22, 44);
        log += &writer.skip(23);
        log += &writer.confirmed(23, 9);
        let owner = LogOwner { issuer: "https://id.example.com", client: "shop" };
        let state = read(log.as_bytes(), &key("secret"), owner).unwrap();
        assert_eq!((state.cursor.position, state.at, state.entries.as_slice()), (23, 9, [entry].as_slice()));
        assert_eq!(read(log.as_bytes(), &key("other"), owner).unwrap_err(), LogFault::Tampered);
    }
}
