//! The key pair derived from a project's token, and what is encrypted to it.
//!
//! The private key is derived from the token by HKDF-SHA256 (RFC 5869) and not stored. The public key is stored, so
//! that Usher can encrypt and not decrypt. Encrypted values are JWE (RFC 7516), ECDH-ES+A256KW with A256GCM.

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwe::alg::ecdh_es::EcdhEsJweEncrypter;
use josekit::jwe::{ECDH_ES_A256KW, JweHeader, deserialize_compact, serialize_compact};
use josekit::jwk::Jwk;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::jwk::thumbprint;
use usher_domain::key::SigningAlg;
use usher_domain::project::history::HistoryEntry;

/// Bytes of a token and of a private key.
const SIZE: usize = 32;
const CONTENT_ENCRYPTION: &str = "A256GCM";

/// The key is invalid, or the value was not encrypted to it. The error does not reveal which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a value sealed to a project does not open")]
pub struct DecryptError;

/// The public key of a project: encrypts.
pub struct ProjectLock {
    encrypter: EcdhEsJweEncrypter,
    kid: String,
}

/// The private key of a project: decrypts. Wiped from memory when dropped.
pub struct ProjectKey {
    private: Zeroizing<Vec<u8>>,
    point: Vec<u8>,
}

impl ProjectLock {
    /// From the stored public JWK.
    ///
    /// # Errors
    /// [`DecryptError`] if it is not a P-256 key.
    pub fn from_jwk(public: &Value) -> Result<Self, DecryptError> {
        let members = public.as_object().ok_or(DecryptError)?;
        let kid = thumbprint(SigningAlg::Es256, members).ok_or(DecryptError)?;
        let jwk = Jwk::from_map(members.clone()).map_err(|_| DecryptError)?;
        let encrypter = ECDH_ES_A256KW.encrypter_from_jwk(&jwk).map_err(|_| DecryptError)?;
        Ok(Self { encrypter, kid })
    }

    /// Encrypts entries of a history, several in one value.
    ///
    /// # Errors
    /// [`DecryptError`] if the library fails.
    pub fn seal_entries(&self, entries: &[HistoryEntry]) -> Result<String, DecryptError> {
        self.seal(&serde_json::to_vec(entries).map_err(|_| DecryptError)?)
    }

    /// Encrypts a value that only the project's token can decrypt.
    ///
    /// # Errors
    /// [`DecryptError`] if the library fails.
    pub fn seal(&self, plaintext: &[u8]) -> Result<String, DecryptError> {
        let mut header = JweHeader::new();
        header.set_content_encryption(CONTENT_ENCRYPTION);
        header.set_key_id(&self.kid);
        serialize_compact(plaintext, &header, &self.encrypter).map_err(|_| DecryptError)
    }
}

impl ProjectKey {
    /// The key derived from a token; `None` if the text is no token.
    pub fn of_token(token: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == SIZE)?);
        let root = Salt::new(HKDF_SHA256, b"usher project history 1").extract(&bytes);
        // One candidate in 2^32 is not a scalar of the curve: then the next one is used.
        (0..=u8::MAX).find_map(|attempt| {
            let mut private = Zeroizing::new(vec![0; SIZE]);
            let info = [b"P-256".as_slice(), &[attempt]];
            root.expand(&info, ScalarLength).and_then(|derived| derived.fill(&mut private)).ok()?;
            Self::of_private(private)
        })
    }

    /// The key from its bytes, as [`ProjectKey::wrap_for`] encrypts it.
    fn of_private(private: Zeroizing<Vec<u8>>) -> Option<Self> {
        let key = PrivateKey::from_private_key(&ECDH_P256, &private).ok()?;
        let point = key.compute_public_key().ok()?.as_ref().to_vec();
        // 4, x, y (SEC 1 §2.3.3).
        (point.len() == 1 + 2 * SIZE && point[0] == 4).then_some(Self { private, point })
    }

    /// The public key, for storage.
    pub fn public_jwk(&self) -> Value {
        let coordinate = |at: usize| URL_SAFE_NO_PAD.encode(&self.point[at..at + SIZE]);
        json!({ "kty": "EC", "crv": "P-256", "x": coordinate(1), "y": coordinate(1 + SIZE) })
    }

    /// The key ID: its thumbprint (RFC 7638).
    pub fn kid(&self) -> String {
        self.public_jwk().as_object().and_then(|jwk| thumbprint(SigningAlg::Es256, jwk)).unwrap_or_default()
    }

    /// Encrypts this key to its successor, so that the successor can decrypt older values.
    ///
    /// # Errors
    /// [`DecryptError`] if the library fails.
    pub fn wrap_for(&self, successor: &ProjectLock) -> Result<String, DecryptError> {
        successor.seal(&self.private)
    }

    /// The previous key, from the result of [`ProjectKey::wrap_for`].
    ///
    /// # Errors
    /// [`DecryptError`].
    pub fn unwrap_former(&self, wrapped: &str) -> Result<Self, DecryptError> {
        Self::of_private(Zeroizing::new(self.open(wrapped)?)).ok_or(DecryptError)
    }

    /// Decrypts a value.
    ///
    /// # Errors
    /// [`DecryptError`].
    pub fn open(&self, sealed: &str) -> Result<Vec<u8>, DecryptError> {
        let mut members: Map<String, Value> = self.public_jwk().as_object().cloned().unwrap_or_default();
        members.insert("d".to_owned(), URL_SAFE_NO_PAD.encode(&*self.private).into());
        let jwk = Jwk::from_map(members).map_err(|_| DecryptError)?;
        let decrypter = ECDH_ES_A256KW.decrypter_from_jwk(&jwk).map_err(|_| DecryptError)?;
        let (plaintext, header) = deserialize_compact(sealed, &decrypter).map_err(|_| DecryptError)?;
        if header.content_encryption() == Some(CONTENT_ENCRYPTION) { Ok(plaintext) } else { Err(DecryptError) }
    }
}

struct ScalarLength;

impl KeyType for ScalarLength {
    fn len(&self) -> usize {
        SIZE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::random::{Random, SeededRandom};

    fn token(seed: u64) -> String {
        let random: &dyn Random = &SeededRandom::new(seed);
        random.token()
    }

    fn key(seed: u64) -> ProjectKey {
        ProjectKey::of_token(&token(seed)).unwrap()
    }

    fn lock(key: &ProjectKey) -> ProjectLock {
        ProjectLock::from_jwk(&key.public_jwk()).unwrap()
    }

    #[test]
    fn what_is_sealed_to_a_token_opens_with_that_token_alone() {
        let sealed = lock(&key(1)).seal(b"ana signed in").unwrap();
        assert_eq!(key(1).open(&sealed).unwrap(), b"ana signed in");
        assert_eq!(key(2).open(&sealed), Err(DecryptError));
        let mut parts: Vec<&str> = sealed.split('.').collect();
        assert_eq!(parts.len(), 5);
        parts[4] = "AAAAAAAAAAAAAAAAAAAAAA";
        assert_eq!(key(1).open(&parts.join(".")), Err(DecryptError));
    }

    #[test]
    fn the_chain_leads_back_from_the_newest_token() {
        let (first, second, third) = (key(1), key(2), key(3));
        let sealed = lock(&first).seal(b"long ago").unwrap();
        let (older, newer) = (first.wrap_for(&lock(&second)).unwrap(), second.wrap_for(&lock(&third)).unwrap());
        let back = third.unwrap_former(&newer).unwrap().unwrap_former(&older).unwrap();
        assert_eq!(back.open(&sealed).unwrap(), b"long ago");
        assert!(third.unwrap_former(&older).is_err(), "one link cannot be left out");
    }

    #[test]
    fn garbage_is_no_token_no_key_and_opens_to_nothing() {
        for bad in ["", "x", "not base64!", &"A".repeat(42), &"A".repeat(44), &format!("{}=", token(1))] {
            assert!(ProjectKey::of_token(bad).is_none(), "{bad}");
        }
        for bad in [json!(null), json!({}), json!({"kty":"EC","crv":"P-256","x":"AA","y":"AA"}), json!({"kty":"RSA"})] {
            assert!(ProjectLock::from_jwk(&bad).is_err(), "{bad}");
        }
        for bad in ["", "....", "a.b.c.d.e", "e30....", &"A".repeat(5000)] {
            assert_eq!(key(1).open(bad), Err(DecryptError));
        }
    }

    #[test]
    fn the_key_of_a_token_never_changes() {
        let kept = ProjectKey::of_token("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap();
        assert_eq!(kept.kid(), "Yhm31BdwggzRIGDEdMRLyiQGDJF5LDXgDoaU7VaQe4A");
        assert!(kept.public_jwk().get("d").is_none());
    }
}
