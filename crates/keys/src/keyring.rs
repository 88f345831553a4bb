//! The keyring: every signing key, parsed once, ready to sign, to verify and to be published.
//!
//! It is replaced as a whole when keys change. Parsing a key costs as much as twenty signatures, so only
//! [`Keyring::new`] parses.

use std::collections::HashMap;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::signature::ParsedPublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use moka::sync::Cache;
use serde::Serialize;
use zeroize::Zeroizing;

use super::damaged_key::{DamagedKey, KeyFault};
use super::jwk::public_jwk;
use super::jwks::Jwks;
use super::seal::{Purpose, Sealer};
use super::signature::{Signer, verifier};
use usher_domain::key::{KeyState, SigningAlg, SigningKeyRecord};

/// Maximum number of tokens per key whose verified signature is cached.
const TOKENS_REMEMBERED: u64 = 10_000;

/// A key of the keyring.
pub(super) struct KeyringKey {
    pub(super) kid: String,
    pub(super) alg: SigningAlg,
    verifier: ParsedPublicKey,
    /// Hashes of tokens with a valid signature of this key: verifying is the most expensive part of checking a token.
    /// Only the result of the signature check is cached, and it is dropped with the key.
    fitting: Cache<[u8; 32], ()>,
}

/// An active key.
struct Signing {
    key: Arc<KeyringKey>,
    signer: Signer,
}

/// Every key of the installation at one moment.
pub struct Keyring {
    keys: HashMap<String, Arc<KeyringKey>>,
    /// Pruned keys: they only verify hints.
    pruned: HashMap<String, Arc<KeyringKey>>,
    active: HashMap<SigningAlg, Signing>,
    jwks: Jwks,
    damaged: Vec<DamagedKey>,
}

/// Signing failed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// No key of this algorithm is active.
    #[error("no active {0} key")]
    NoActiveKey(SigningAlg),
    /// The claims cannot be serialized.
    #[error("claims do not serialise: {0}")]
    Claims(#[from] serde_json::Error),
    /// The cryptographic library failed.
    #[error("cannot sign: {0}")]
    Library(#[from] Unspecified),
}

#[derive(Serialize)]
struct TokenHeader<'a> {
    alg: &'static str,
    kid: &'a str,
    typ: &'a str,
}

impl Keyring {
    /// Parses every record. Damaged ones are omitted and reported by [`Keyring::damaged`]: a damaged active key cannot
    /// sign, and everything else works.
    pub fn new(records: &[SigningKeyRecord], sealer: &Sealer) -> Self {
        let mut ring = Self {
            keys: HashMap::new(),
            pruned: HashMap::new(),
            active: HashMap::new(),
            jwks: Jwks::empty(),
            damaged: Vec::new(),
        };
        let mut published: Vec<&SigningKeyRecord> = Vec::new();
        for record in records {
            let added = parse(record).and_then(|key| {
                if record.state() == KeyState::Pruned {
                    ring.pruned.insert(record.kid.clone(), key);
                    return Ok(());
                }
                ring.keys.insert(record.kid.clone(), Arc::clone(&key));
                published.push(record);
                if record.state() == KeyState::Active { ring.let_sign(key, record, sealer) } else { Ok(()) }
            });
            if let Err(fault) = added {
                ring.damaged.push(DamagedKey { kid: record.kid.clone(), fault });
            }
        }
        ring.jwks = Jwks::render(published);
        ring
    }

    /// The unusable records, for an alarm. Retire a damaged active key, and the next plan replaces it.
    pub fn damaged(&self) -> &[DamagedKey] {
        &self.damaged
    }

    /// The published key set (RFC 7517 §5).
    pub const fn jwks(&self) -> &Jwks {
        &self.jwks
    }

    /// Whether a published key has this ID.
    pub fn has(&self, kid: &str) -> bool {
        self.keys.contains_key(kid)
    }

    /// The key ID of the active key for `alg`.
    pub fn active_kid(&self, alg: SigningAlg) -> Option<&str> {
        self.active.get(&alg).map(|signing| signing.key.kid.as_str())
    }

    /// Signs `claims` as a compact JWS (RFC 7515 §7.1) with the active key of `alg`; the header is `alg`, `kid`, `typ`.
    pub fn sign(&self, alg: SigningAlg, typ: &str, claims: &impl Serialize) -> Result<String, SignError> {
        let signing = self.active.get(&alg).ok_or(SignError::NoActiveKey(alg))?;
        let header = serde_json::to_vec(&TokenHeader { alg: alg.as_str(), kid: &signing.key.kid, typ })?;
        let payload = serde_json::to_vec(claims)?;
        let mut token = String::with_capacity((header.len() + payload.len()) * 4 / 3 + 360);
        URL_SAFE_NO_PAD.encode_string(header, &mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let signature = signing.signer.sign(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    pub(super) fn key(&self, kid: &str) -> Option<&KeyringKey> {
        self.keys.get(kid).map(AsRef::as_ref)
    }

    /// A key that is or was published.
    pub(super) fn key_of_hint(&self, kid: &str) -> Option<&KeyringKey> {
        self.key(kid).or_else(|| self.pruned.get(kid).map(AsRef::as_ref))
    }

    fn let_sign(&mut self, key: Arc<KeyringKey>, record: &SigningKeyRecord, sealer: &Sealer) -> Result<(), KeyFault> {
        let private = sealer.open(Purpose::SigningKey, &record.sealed_private).map_err(|_| KeyFault::Sealed)?;
        let signer = Signer::from_pkcs8(record.alg, &Zeroizing::new(private))?;
        if !signer.belongs_to(&key.verifier) {
            return Err(KeyFault::Mismatch);
        }
        self.active.insert(record.alg, Signing { key, signer });
        Ok(())
    }
}

/// Parses a record and checks its public key.
fn parse(record: &SigningKeyRecord) -> Result<Arc<KeyringKey>, KeyFault> {
    let members = record.public_jwk.as_object().ok_or(KeyFault::Public)?;
    let public = public_jwk(record.alg, members).ok_or(KeyFault::Public)?;
    if public["kid"] != record.kid.as_str() || public != record.public_jwk {
        return Err(KeyFault::Public);
    }
    let verifier = verifier(record.alg, members).ok_or(KeyFault::Public)?;
    let fitting = Cache::new(TOKENS_REMEMBERED);
    Ok(Arc::new(KeyringKey { kid: record.kid.clone(), alg: record.alg, verifier, fitting }))
}

impl KeyringKey {
    /// Whether `signature` is a valid signature of this key over `message`. `token` is both together.
    pub(super) fn fits(&self, token: &str, message: &str, signature: &[u8]) -> bool {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        if self.fitting.contains_key(&hash) {
            return true;
        }
        let fits = self.verifier.verify_sig(message.as_bytes(), signature).is_ok();
        if fits {
            self.fitting.insert(hash, ());
        }
        fits
    }
}

#[cfg(test)]
mod tests;
