//! Generates signing keys: RSA-2048, P-256 or Ed25519, with the private key sealed at once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use josekit::JoseError;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jwk::{Jwk, KeyPair};
use josekit::jws::{ES256, EdDSA, PS256, RS256};
use zeroize::Zeroizing;

use super::jwk::public_jwk;
use super::seal::{Purpose, Sealer};
use usher_domain::key::{SigningAlg, SigningKeyRecord};
use usher_domain::random::Random;
use usher_domain::time::Timestamp;

const RSA_BITS: u32 = 2048;

/// Generating a key failed.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The cryptographic library failed.
    #[error("cannot generate a key: {0}")]
    Library(#[from] JoseError),
    /// The generated key lacks a member.
    #[error("the generated key has no {0}")]
    Incomplete(&'static str),
}

/// Generates a next key for `alg`. OpenSSL draws the key; `random` salts the seal.
///
/// RSA takes a tenth of a second or more of CPU time: call it where blocking is allowed.
pub fn generate(
    alg: SigningAlg,
    sealer: &Sealer,
    now: Timestamp,
    random: &dyn Random,
) -> Result<SigningKeyRecord, GenerateError> {
    loop {
        let pair: Box<dyn KeyPair> = match alg {
            SigningAlg::Rs256 => Box::new(RS256.generate_key_pair(RSA_BITS)?),
            SigningAlg::Ps256 => Box::new(PS256.generate_key_pair(RSA_BITS)?),
            SigningAlg::Es256 => Box::new(ES256.generate_key_pair()?),
            SigningAlg::EdDsa => Box::new(EdDSA.generate_key_pair(EdCurve::Ed25519)?),
        };
        let key = record(alg, pair.as_ref(), sealer, now, random)?;
        // A command line reads an argument that begins with `-` as an option: one in 64 thumbprints does.
        if !key.kid.starts_with('-') {
            return Ok(key);
        }
    }
}

fn record(
    alg: SigningAlg,
    pair: &dyn KeyPair,
    sealer: &Sealer,
    now: Timestamp,
    random: &dyn Random,
) -> Result<SigningKeyRecord, GenerateError> {
    let jwk: Jwk = pair.to_jwk_public_key();
    let public_jwk = public_jwk(alg, jwk.as_ref()).ok_or(GenerateError::Incomplete("public half"))?;
    let kid = public_jwk["kid"].as_str().ok_or(GenerateError::Incomplete("thumbprint"))?.to_owned();
    let private = pkcs8_der(pair).ok_or(GenerateError::Incomplete("PKCS#8 form"))?;
    Ok(SigningKeyRecord {
        kid,
        alg,
        created_at: now,
        active_at: None,
        retired_at: None,
        expires_at: None,
        pruned_at: None,
        public_jwk,
        sealed_private: sealer.seal(Purpose::SigningKey, &private, random),
    })
}

/// josekit writes PKCS#8 for every kind of key only as PEM; its DER of an elliptic-curve key is SEC 1.
fn pkcs8_der(pair: &dyn KeyPair) -> Option<Zeroizing<Vec<u8>>> {
    let pem = Zeroizing::new(String::from_utf8(pair.to_pem_private_key()).ok()?);
    let body =
        pem.trim_ascii().strip_prefix("-----BEGIN PRIVATE KEY-----")?.strip_suffix("-----END PRIVATE KEY-----")?;
    let body = Zeroizing::new(body.split_ascii_whitespace().collect::<String>());
    STANDARD.decode(body.as_bytes()).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master::MasterKey;
    use usher_domain::key::KeyState;
    use usher_domain::random::SeededRandom;

    #[test]
    fn no_key_id_looks_like_an_option_of_a_command() {
        let sealer = Sealer::new(&MasterKey::generate(&SeededRandom::new(1)));
        for _ in 0..500 {
            let key = generate(SigningAlg::EdDsa, &sealer, Timestamp(0), &SeededRandom::new(2)).unwrap();
            assert!(!key.kid.starts_with('-'), "{}", key.kid);
        }
    }

    #[test]
    fn a_fresh_key_is_next_named_by_its_thumbprint_and_sealed() {
        let random = SeededRandom::new(1);
        let sealer = Sealer::new(&MasterKey::generate(&random));
        for alg in SigningAlg::ALL {
            let key = generate(alg, &sealer, Timestamp(5), &random).unwrap();
            assert_eq!((key.alg, key.state(), key.created_at), (alg, KeyState::Next, Timestamp(5)));
            let public = key.public_jwk.as_object().unwrap();
            assert_eq!(crate::jwk::thumbprint(alg, public).unwrap(), key.kid);
            assert!(["d", "p", "q", "dp", "dq", "qi"].iter().all(|private| !public.contains_key(*private)));
            let private = sealer.open(Purpose::SigningKey, &key.sealed_private).unwrap();
            assert_eq!(private[0], 0x30, "DER of a sequence");
        }
    }
}
