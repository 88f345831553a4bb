//! The keys of a test issuer: made for one check-up, in memory alone, sealed under a master key of their own.

use serde_json::{Map, Value};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use usher_domain::key::{SigningAlg, SigningKeyRecord};
use usher_domain::random::Random;
use usher_domain::time::Timestamp;
use usher_keys::generate::{GenerateError, generate};
use usher_keys::keyring::{Keyring, SignError};
use usher_keys::master::MasterKey;
use usher_keys::seal::Sealer;

/// A key that is published from the beginning, and one that replaces it during the check-up.
pub struct TestKeys {
    alg: SigningAlg,
    master: MasterKey,
    record: SigningKeyRecord,
    first: Keyring,
    /// Signs with the next key and publishes both.
    second: Option<Keyring>,
}

impl TestKeys {
    /// Makes the first key. RSA takes some tenths of a second of CPU time: call it where blocking is allowed.
    ///
    /// # Errors
    /// If the cryptographic library fails.
    pub fn generate(alg: SigningAlg, now: Timestamp, random: &dyn Random) -> Result<Self, GenerateError> {
        let master = MasterKey::generate(random);
        let sealer = Sealer::new(&master);
        let record = SigningKeyRecord { active_at: Some(now), ..generate(alg, &sealer, now, random)? };
        let first = Keyring::new(std::slice::from_ref(&record), &sealer);
        Ok(Self { alg, master, record, first, second: None })
    }

    /// The same first key with a next one that nobody has seen. As slow as [`Self::generate`].
    ///
    /// # Errors
    /// If the cryptographic library fails.
    pub fn with_next_key(&self, now: Timestamp, random: &dyn Random) -> Result<Self, GenerateError> {
        let sealer = Sealer::new(&self.master);
        let next = SigningKeyRecord { active_at: Some(now), ..generate(self.alg, &sealer, now, random)? };
        let replaced = SigningKeyRecord { retired_at: Some(now), ..self.record.clone() };
        Ok(Self {
            alg: self.alg,
            master: self.master.clone(),
            record: self.record.clone(),
            first: Keyring::new(std::slice::from_ref(&self.record), &sealer),
            second: Some(Keyring::new(&[replaced, next], &sealer)),
        })
    }

    pub const fn alg(&self) -> SigningAlg {
        self.alg
    }

    fn ring(&self, rotated: bool) -> &Keyring {
        self.second.as_ref().filter(|_| rotated).unwrap_or(&self.first)
    }

    /// The JWK set; with the next key after the rotation.
    pub fn published(&self, rotated: bool) -> String {
        String::from_utf8_lossy(&self.ring(rotated).jwks().body).into_owned()
    }

    /// A JWT, signed with the first key, or with the next.
    ///
    /// # Errors
    /// If the cryptographic library fails.
    pub fn sign(&self, typ: &str, claims: &Map<String, Value>, rotated: bool) -> Result<String, SignError> {
        self.ring(rotated).sign(self.alg, typ, claims)
    }
}

/// A JWT with `alg: none` and without a signature.
pub fn unsigned(typ: &str, claims: &Map<String, Value>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = serde_json::json!({ "alg": "none", "typ": typ });
    format!("{}.{}.", part(&header), part(&Value::Object(claims.clone())))
}

/// The same JWT with another signature, of the same length.
pub fn with_bad_signature(token: &str) -> String {
    let Some((message, signature)) = token.rsplit_once('.') else { return token.to_owned() };
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    if let Some(byte) = bytes.last_mut() {
        *byte ^= 1;
    }
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(bytes))
}
