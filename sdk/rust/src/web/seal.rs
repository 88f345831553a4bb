//! Encrypted values: AES-256-GCM with keys derived from the secrets of the application.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::StoreError;

/// Encrypts with the first secret, and decrypts with any of them.
pub(super) struct Sealer(Vec<RandomizedNonceKey>);

impl Sealer {
    /// Values for one purpose never pass for those of another.
    pub(super) fn new(secrets: &[String], purpose: &str) -> Self {
        Self(secrets.iter().map(|secret| key(secret, purpose)).collect())
    }

    pub(super) fn seal(&self, value: &impl Serialize) -> Result<String, StoreError> {
        self.seal_at("", value)
    }

    /// Encrypts a value for one place of a store: it cannot be opened at another.
    pub(super) fn seal_at(&self, place: &str, value: &impl Serialize) -> Result<String, StoreError> {
        let key = self.0.first().ok_or("there is no secret to encrypt with")?;
        let mut sealed = serde_json::to_vec(value)?;
        let nonce = key.seal_in_place_append_tag(Aad::from(place), &mut sealed)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode([nonce.as_ref().as_slice(), &sealed].concat()))
    }

    /// Decrypts a value; `None` if it was not encrypted by this application for this purpose.
    pub(super) fn open<T: DeserializeOwned>(&self, sealed: &str) -> Option<T> {
        self.open_at("", sealed)
    }

    pub(super) fn open_at<T: DeserializeOwned>(&self, place: &str, sealed: &str) -> Option<T> {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        self.0.iter().find_map(|key| {
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut text = text.to_vec();
            let plain = key.open_in_place(nonce, Aad::from(place), &mut text).ok()?;
            serde_json::from_slice(plain).ok()
        })
    }
}

fn key(secret: &str, purpose: &str) -> RandomizedNonceKey {
    let material = Salt::new(HKDF_SHA256, &[]).extract(secret.as_bytes());
    let mut bytes = [0; 32];
    let info = [b"usher-web v1 ".as_slice(), purpose.as_bytes()];
    material.expand(&info, &AES_256_GCM).and_then(|key| key.fill(&mut bytes)).expect("HKDF-SHA256 gives 32 bytes");
    RandomizedNonceKey::new(&AES_256_GCM, &bytes).expect("the key has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| name.repeat(32)).collect()
    }

    #[test]
    fn a_value_is_opened_by_its_secret_for_its_purpose_alone() {
        let sealer = Sealer::new(&secrets(&["a"]), "cookie");
        let sealed = sealer.seal(&"value").unwrap();
        assert_ne!(sealed, sealer.seal(&"value").unwrap());
        assert_eq!(sealer.open::<String>(&sealed).as_deref(), Some("value"));
        assert_eq!(Sealer::new(&secrets(&["b", "a"]), "cookie").open::<String>(&sealed).as_deref(), Some("value"));
        assert_eq!(Sealer::new(&secrets(&["b"]), "cookie").open::<String>(&sealed), None);
        assert_eq!(Sealer::new(&secrets(&["a"]), "session").open::<String>(&sealed), None);
        let placed = sealer.seal_at("here", &"value").unwrap();
        assert_eq!(sealer.open_at::<String>("here", &placed).as_deref(), Some("value"));
        assert_eq!(sealer.open_at::<String>("there", &placed), None);
        let last = if sealed.ends_with('A') { "B" } else { "A" };
        for changed in [String::new(), sealed[..12].to_owned(), format!("{}{last}", &sealed[..sealed.len() - 1])] {
            assert_eq!(sealer.open::<String>(&changed), None, "{changed}");
        }
    }
}
