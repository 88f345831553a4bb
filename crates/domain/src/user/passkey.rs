//! A passkey: a key pair of which we have the public key, and the name that its owner gave it.

use uuid::Uuid;

use crate::id::{PasskeyId, UserId};
use crate::text::{is_control, without_invisible};
use crate::time::Timestamp;

/// Maximum length of a name, in characters.
pub const MAX_NAME: usize = 60;

/// A passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPasskey {
    /// Its id.
    pub id: PasskeyId,
    /// Its owner.
    pub user_id: UserId,
    /// The credential ID of the authenticator.
    pub credential_id: Vec<u8>,
    /// The user handle of the authenticator.
    pub handle: Uuid,
    /// The public key, the counter and other data for ceremonies.
    pub credential: serde_json::Value,
    /// The name, for its owner.
    pub name: String,
    /// Whether it is synchronised between the owner's devices.
    pub synced: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// Common makers of passkeys, by the AAGUID in their attestation (WebAuthn §6.5.1).
const MAKERS: [(&str, &str); 20] = [
    ("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4", "Google Password Manager"),
    ("adce0002-35bc-c60a-648b-0b25f1f05503", "Chrome on Mac"),
    ("fbfc3007-154e-4ecc-8c0b-6e020557d7bd", "Apple Passwords"),
    ("dd4ec289-e01d-41c9-bb89-70fa845d4bf2", "Apple Passwords"),
    ("08987058-cadc-4b81-b6e1-30de50dcbe96", "Windows Hello"),
    ("9ddd1817-af5a-4672-a2b9-3e3dd95000a9", "Windows Hello"),
    ("6028b017-b1d4-4c02-b4b3-afcdafc96bb2", "Windows Hello"),
    ("53414d53-554e-4700-0000-000000000000", "Samsung Pass"),
    ("bada5566-a7aa-401f-bd96-45619a55120d", "1Password"),
    ("d548826e-79b4-db40-a3d8-11116f7e8349", "Bitwarden"),
    ("531126d6-e717-415c-9320-3d9aa6981239", "Dashlane"),
    ("50726f74-6f6e-5061-7373-50726f746f6e", "Proton Pass"),
    ("b84e4048-15dc-4dd0-8640-f4f60813c8af", "NordPass"),
    ("0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6", "Keeper"),
    ("f3809540-7f14-49c1-a8b3-8f813b225541", "Enpass"),
    ("fdb141b2-5d84-443e-8a35-4698c205a502", "KeePassXC"),
    ("b78a0a55-6ef8-d246-a042-ba0f6d55050c", "LastPass"),
    ("2fc0579f-8113-47ea-b116-bb5a8db9202a", "YubiKey 5 NFC"),
    ("fa2b99dc-9e39-4257-8f92-4a30d23c4118", "YubiKey 5 NFC"),
    ("ee882879-721c-4913-9775-3dfcce97072a", "YubiKey 5"),
];

/// The maker of the authenticator, if known.
pub fn maker(aaguid: Uuid) -> Option<&'static str> {
    let text = aaguid.to_string();
    MAKERS.iter().find(|(id, _)| *id == text).map(|(_, name)| *name)
}

/// The AAGUID in an attestation object (WebAuthn §6.5.4): 16 bytes after the first 37 of `authData`.
pub fn aaguid(attestation_object: &[u8]) -> Option<Uuid> {
    /// The CBOR of the member's name: a text of eight characters.
    const NAME: &[u8] = b"\x68authData";
    let at = attestation_object.windows(NAME.len()).position(|window| window == NAME)? + NAME.len();
    let header = match attestation_object.get(at)? {
        0x58 => 2,
        0x59 => 3,
        _ => return None,
    };
    let bytes = attestation_object.get(at + header + 37..at + header + 53)?;
    Uuid::from_slice(bytes).ok()
}

/// The name, cleaned for storage; `None` if nothing is left of it.
pub fn tidy_name(typed: &str) -> Option<String> {
    let kept: String = without_invisible(typed).chars().filter(|&c| !is_control(c)).take(MAX_NAME).collect();
    Some(kept.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_maker_is_listed_under_a_readable_identifier() {
        for (id, name) in MAKERS {
            assert_eq!(maker(Uuid::parse_str(id).unwrap()), Some(name));
        }
        assert_eq!(maker(Uuid::nil()), None);
    }

    #[test]
    fn the_kind_of_authenticator_is_read_where_it_stands() {
        let id = Uuid::parse_str(MAKERS[0].0).unwrap();
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58\xa4".to_vec();
        object.extend([7; 37]);
        object.extend(id.as_bytes());
        assert_eq!(aaguid(&object), Some(id));
        for length in 0..object.len() {
            assert_eq!(aaguid(&object[..length]), None);
        }
        assert_eq!(aaguid(b"\x68authData\x10"), None);
    }

    #[test]
    fn a_name_is_tidied_and_bounded() {
        assert_eq!(tidy_name("  My\u{202E} key\n "), Some("My key".to_owned()));
        assert_eq!(tidy_name(" \u{7} "), None);
        assert_eq!(tidy_name(&"é".repeat(100)).unwrap().chars().count(), MAX_NAME);
    }
}
