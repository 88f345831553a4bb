use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, VerificationAlgorithm,
};
use serde_json::{Map, Value as Json};

use super::Algorithm;
use super::jws::{decode, object};

/// The published keys (RFC 7517 §5) that can verify tokens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    by_id: HashMap<String, Arc<VerifyingKey>>,
}

#[derive(Debug)]
pub(crate) struct VerifyingKey {
    algorithm: Algorithm,
    public: ParsedPublicKey,
}

impl VerifyingKey {
    pub(crate) fn verifies(&self, input: &[u8], signature: &[u8]) -> bool {
        self.public.verify_sig(input, signature).is_ok()
    }
}

/// Why a key set is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeySetFault {
    #[error("the key set cannot be read")]
    Malformed,
    #[error("the key set has two keys `{0}`")]
    Doubled(String),
    #[error("the key set has no key to verify with")]
    Empty,
}

impl Keys {
    /// Parses a key set. Keys that cannot verify tokens (for encryption, symmetric, of unknown type) are ignored.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, KeySetFault> {
        let set = object(bytes).ok_or(KeySetFault::Malformed)?;
        let list = set.get("keys").and_then(Json::as_array).ok_or(KeySetFault::Malformed)?;
        let mut by_id = HashMap::new();
        for jwk in list.iter().filter_map(Json::as_object) {
            let (kid, Some(key)) = (word(jwk, "kid"), read_key(jwk)) else { continue };
            if !kid.is_empty() && by_id.insert(kid.to_owned(), Arc::new(key)).is_some() {
                return Err(KeySetFault::Doubled(kid.to_owned()));
            }
        }
        if by_id.is_empty() { Err(KeySetFault::Empty) } else { Ok(Self { by_id }) }
    }

    pub(crate) fn has(&self, kid: &str) -> bool {
        self.by_id.contains_key(kid)
    }

    pub(crate) fn has_any(&self, kids: &HashSet<String>) -> bool {
        kids.iter().any(|kid| self.has(kid))
    }

    /// These keys without some of them.
    pub(crate) fn without(&self, kids: &HashSet<String>) -> Self {
        let rest = self.by_id.iter().filter(|(kid, _)| !kids.contains(*kid));
        Self { by_id: rest.map(|(kid, key)| (kid.clone(), Arc::clone(key))).collect() }
    }

    pub(super) fn find(&self, kid: &str, algorithm: Algorithm) -> Option<&VerifyingKey> {
        self.by_id.get(kid).map(Arc::as_ref).filter(|key| key.algorithm == algorithm)
    }
}

pub(super) fn word<'a>(jwk: &'a Map<String, Json>, name: &str) -> &'a str {
    jwk.get(name).and_then(Json::as_str).unwrap_or_default()
}

pub(super) fn read_key(jwk: &Map<String, Json>) -> Option<VerifyingKey> {
    if !matches!(word(jwk, "use"), "" | "sig") {
        return None;
    }
    let named: Option<Algorithm> = match word(jwk, "alg") {
        "" => None,
        name => Some(name.parse().ok()?),
    };
    let (algorithm, public) = match (word(jwk, "kty"), word(jwk, "crv")) {
        ("EC", "P-256") => {
            let point = [vec![4], decode(word(jwk, "x"))?, decode(word(jwk, "y"))?].concat();
            (Algorithm::Es256, parsed(&ECDSA_P256_SHA256_FIXED, &point)?)
        }
        ("OKP", "Ed25519") => (Algorithm::Ed25519, parsed(&ED25519, &decode(word(jwk, "x"))?)?),
        // An RSA key has to name its algorithm: it must not verify both kinds of signatures.
        ("RSA", _) => (named?, read_rsa(jwk, named?)?),
        _ => return None,
    };
    (named.is_none_or(|named| named == algorithm)).then_some(VerifyingKey { algorithm, public })
}

/// An RSA key of 2048 to 8192 bits (RFC 7518 §3.3).
fn read_rsa(jwk: &Map<String, Json>, algorithm: Algorithm) -> Option<ParsedPublicKey> {
    let number = |name| {
        let bytes = decode(word(jwk, name))?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        Some(bytes[zeros..].to_vec())
    };
    let components = RsaPublicKeyComponents { n: number("n")?, e: number("e")? };
    if !(256..=1024).contains(&components.n.len()) || components.n[0] < 0x80 && components.n.len() == 256 {
        return None;
    }
    let der = components.as_der().ok()?;
    match algorithm {
        Algorithm::Rs256 => parsed(&RSA_PKCS1_2048_8192_SHA256, der.as_ref()),
        Algorithm::Ps256 => parsed(&RSA_PSS_2048_8192_SHA256, der.as_ref()),
        Algorithm::Es256 | Algorithm::Ed25519 => None,
    }
}

fn parsed(algorithm: &'static dyn VerificationAlgorithm, key: &[u8]) -> Option<ParsedPublicKey> {
    ParsedPublicKey::new(algorithm, key).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(keys: &Json) -> Result<Keys, KeySetFault> {
        Keys::parse(json!({ "keys": keys }).to_string().as_bytes())
    }

    #[test]
    fn keys_that_cannot_verify_are_ignored() {
        let good = crate::vectors::read("keys.json")["es256"].clone();
        let changed = |name: &str, value: &str| {
            let mut key = good.clone();
            key[name] = value.into();
            key
        };
        assert!(parse(&json!([good])).unwrap().has(good["kid"].as_str().unwrap()));
        let shared = json!({ "kty": "oct", "kid": "shared", "alg": "HS256", "k": "c2VjcmV0" });
        for bad in [
            shared.clone(),
            changed("use", "enc"),
            changed("crv", "P-384"),
            changed("alg", "RS256"),
            changed("alg", "HS256"),
            changed("kid", ""),
            changed("x", "AAAA"),
            changed("y", good["x"].as_str().unwrap()),
            json!("key"),
        ] {
            assert_eq!(parse(&json!([bad])).unwrap_err(), KeySetFault::Empty, "{bad}");
        }
        assert!(!parse(&json!([good, shared])).unwrap().has("shared"));
        let doubled = KeySetFault::Doubled(good["kid"].as_str().unwrap().to_owned());
        assert_eq!(parse(&json!([good, good])).unwrap_err(), doubled);
        for garbage in ["", "[]", "{}", "{\"keys\":5}", "\"keys\""] {
            assert_eq!(Keys::parse(garbage.as_bytes()).unwrap_err(), KeySetFault::Malformed, "{garbage}");
        }
    }

    #[test]
    fn rsa_keys_are_long_enough_and_name_their_algorithm() {
        let good = crate::vectors::read("keys.json")["rs256"].clone();
        assert!(parse(&json!([good])).is_ok());
        let mut unnamed = good.clone();
        unnamed.as_object_mut().unwrap().remove("alg");
        let mut short = good.clone();
        short["n"] = good["n"].as_str().unwrap()[..170].into();
        for bad in [unnamed, short] {
            assert_eq!(parse(&json!([bad])).unwrap_err(), KeySetFault::Empty);
        }
    }
}
