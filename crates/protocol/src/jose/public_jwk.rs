//! Public keys of clients as JSON Web Keys (RFC 7517): RSA of 2048 bits or more, P-256, Ed25519.

use std::fmt;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::jose::foreign_jws::is_same_alg;

/// RSA below 2048 bits is insecure (RFC 8725 §3.5), above 4096 too slow for a request that anybody may send.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
/// Longest public exponent of an RSA key, in bytes; the usual one has three.
const MAX_EXPONENT: usize = 8;
/// Length of a coordinate on P-256 and of an Ed25519 key, in bytes.
const COORDINATE: usize = 32;
/// Most keys of one set.
const MOST_KEYS: usize = 20;
/// Members that only private or symmetric keys have (RFC 7518 §6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The key itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JwkMaterial {
    Rsa {
        /// The modulus, big-endian, without leading zeros.
        n: Vec<u8>,
        /// The public exponent.
        e: Vec<u8>,
    },
    P256 {
        x: [u8; COORDINATE],
        y: [u8; COORDINATE],
    },
    Ed25519 {
        x: [u8; COORDINATE],
    },
}

/// A public key that verifies signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicJwk {
    pub material: JwkMaterial,
    pub kid: Option<String>,
    /// The one algorithm that the key is for, if it says so.
    pub alg: Option<String>,
    /// Its certificate (DER), the first one of `x5c` (RFC 7517 §4.7).
    pub certificate: Option<Vec<u8>>,
}

/// Why a JWK cannot verify signatures here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwkFault {
    /// It has private or symmetric members, so it is not secret any more.
    Private,
    /// Its type, curve or use is not supported.
    Unsupported,
    /// A member is missing or malformed.
    Malformed,
    /// An RSA modulus that is too short or too long.
    Size,
}

impl fmt::Display for JwkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Private => "holds a private or symmetric key",
            Self::Unsupported => "is not an RSA, P-256 or Ed25519 key for signatures",
            Self::Malformed => "cannot be read",
            Self::Size => "is an RSA key that has not 2048 to 4096 bits",
        })
    }
}

impl PublicJwk {
    /// Parses one key.
    pub fn parse(jwk: &Map<String, Value>) -> Result<Self, JwkFault> {
        if PRIVATE.iter().any(|member| jwk.contains_key(*member)) {
            return Err(JwkFault::Private);
        }
        // SPIFFE bundles say `jwt-svid` (SPIFFE Trust Domain and Bundle §4.1).
        if word(jwk, "use")?.is_some_and(|used| !matches!(used, "sig" | "jwt-svid")) {
            return Err(JwkFault::Unsupported);
        }
        let material = match (word(jwk, "kty")?.ok_or(JwkFault::Malformed)?, word(jwk, "crv")?) {
            ("RSA", _) => JwkMaterial::Rsa { n: modulus(jwk)?, e: exponent(jwk)? },
            ("EC", Some("P-256")) => JwkMaterial::P256 { x: coordinate(jwk, "x")?, y: coordinate(jwk, "y")? },
            ("OKP", Some("Ed25519")) => JwkMaterial::Ed25519 { x: coordinate(jwk, "x")? },
            ("oct", _) => return Err(JwkFault::Private),
            _ => return Err(JwkFault::Unsupported),
        };
        let owned = |name| Ok(word(jwk, name)?.map(str::to_owned));
        Ok(Self { material, kid: owned("kid")?, alg: owned("alg")?, certificate: certificate(jwk)? })
    }

    /// Whether signatures of this algorithm may be verified with the key: one key, one algorithm (RFC 8725 §3.1).
    pub fn fits(&self, alg: &str) -> bool {
        let possible = match &self.material {
            JwkMaterial::Rsa { .. } => matches!(alg, "RS256" | "PS256"),
            JwkMaterial::P256 { .. } => alg == "ES256",
            JwkMaterial::Ed25519 { .. } => matches!(alg, "EdDSA" | "Ed25519"),
        };
        possible && self.alg.as_deref().is_none_or(|own| is_same_alg(own, alg))
    }

    /// The SHA-256 thumbprint (RFC 7638 §3), base64url.
    pub fn thumbprint(&self) -> String {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let canonical = match &self.material {
            JwkMaterial::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(e), text(n)),
            JwkMaterial::P256 { x, y } => {
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text(x), text(y))
            }
            JwkMaterial::Ed25519 { x } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(x)),
        };
        text(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref())
    }
}

/// The public keys of one client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicJwkSet(Vec<PublicJwk>);

/// Why a JWK set is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwkSetFault {
    /// It is no JSON object with a list `keys`.
    Shape,
    /// It has more than [`MOST_KEYS`].
    TooMany,
    /// No key can be used.
    Empty,
    /// One key makes the set unacceptable.
    Key(JwkFault),
}

impl fmt::Display for JwkSetFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => f.write_str("must be a JSON object with a list of keys"),
            Self::TooMany => write!(f, "must not hold more than {MOST_KEYS} keys"),
            Self::Empty => f.write_str("holds no RSA, P-256 or Ed25519 key for signatures"),
            Self::Key(fault) => write!(f, "{fault}"),
        }
    }
}

impl PublicJwkSet {
    /// A set that a client registers: a private, weak or malformed key is a mistake that its owner must learn of. Keys of
    /// other kinds and uses are left out.
    pub fn registered(document: &Value) -> Result<Self, JwkSetFault> {
        let mut keys = Vec::new();
        for listed in Self::listed(document)? {
            match listed.as_object().ok_or(JwkFault::Malformed).and_then(PublicJwk::parse) {
                Ok(key) => keys.push(key),
                Err(JwkFault::Unsupported) => {}
                Err(fault) => return Err(JwkSetFault::Key(fault)),
            }
        }
        if keys.is_empty() { Err(JwkSetFault::Empty) } else { Ok(Self(keys)) }
    }

    /// A set that was fetched: every key that cannot be used is left out.
    pub fn fetched(document: &Value) -> Result<Self, JwkSetFault> {
        let keys: Vec<_> =
            Self::listed(document)?.iter().filter_map(|listed| PublicJwk::parse(listed.as_object()?).ok()).collect();
        if keys.is_empty() { Err(JwkSetFault::Empty) } else { Ok(Self(keys)) }
    }

    /// Whether any key has a certificate.
    pub fn has_certificates(&self) -> bool {
        self.0.iter().any(|key| key.certificate.is_some())
    }

    /// Whether a key has this certificate (DER).
    pub fn has_certificate(&self, der: &[u8]) -> bool {
        self.0.iter().any(|key| key.certificate.as_deref() == Some(der))
    }

    fn listed(document: &Value) -> Result<&[Value], JwkSetFault> {
        let listed = document.get("keys").and_then(Value::as_array).ok_or(JwkSetFault::Shape)?;
        if listed.len() > MOST_KEYS { Err(JwkSetFault::TooMany) } else { Ok(listed) }
    }

    /// The keys that may have made a signature with this header. A key without an id may have any id.
    pub fn candidates<'s>(&'s self, kid: Option<&'s str>, alg: &'s str) -> impl Iterator<Item = &'s PublicJwk> {
        let named = move |key: &PublicJwk| match (kid, key.kid.as_deref()) {
            (Some(wanted), Some(own)) => wanted == own,
            _ => true,
        };
        self.0.iter().filter(move |key| named(key) && key.fits(alg))
    }
}

fn word<'j>(jwk: &'j Map<String, Value>, name: &str) -> Result<Option<&'j str>, JwkFault> {
    match jwk.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if text.len() <= 256 => Ok(Some(text)),
        Some(_) => Err(JwkFault::Malformed),
    }
}

/// The first certificate, in base64 with padding, not base64url.
fn certificate(jwk: &Map<String, Value>) -> Result<Option<Vec<u8>>, JwkFault> {
    let Some(chain) = jwk.get("x5c") else { return Ok(None) };
    let first = chain.as_array().and_then(|chain| chain.first()?.as_str()).ok_or(JwkFault::Malformed)?;
    STANDARD.decode(first).map(Some).map_err(|_| JwkFault::Malformed)
}

fn bytes(jwk: &Map<String, Value>, name: &str) -> Result<Vec<u8>, JwkFault> {
    let text = jwk.get(name).and_then(Value::as_str).ok_or(JwkFault::Malformed)?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| JwkFault::Malformed)
}

fn coordinate(jwk: &Map<String, Value>, name: &str) -> Result<[u8; COORDINATE], JwkFault> {
    bytes(jwk, name)?.try_into().map_err(|_| JwkFault::Malformed)
}

/// The modulus must be written without leading zeros (RFC 7518 §6.3.1.1), so that a key has one thumbprint.
fn modulus(jwk: &Map<String, Value>) -> Result<Vec<u8>, JwkFault> {
    let n = bytes(jwk, "n")?;
    match n.first() {
        None | Some(0) => Err(JwkFault::Malformed),
        Some(_) if !MODULUS_BYTES.contains(&n.len()) => Err(JwkFault::Size),
        Some(_) => Ok(n),
    }
}

fn exponent(jwk: &Map<String, Value>) -> Result<Vec<u8>, JwkFault> {
    let e = bytes(jwk, "e")?;
    if (1..=MAX_EXPONENT).contains(&e.len()) && e[0] != 0 { Ok(e) } else { Err(JwkFault::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn parsed(jwk: &Value) -> Result<PublicJwk, JwkFault> {
        PublicJwk::parse(jwk.as_object().unwrap())
    }

    fn rsa(bytes: usize) -> Value {
        json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode(vec![0xff; bytes]), "e": "AQAB"})
    }

    #[test]
    fn each_kind_of_key_fits_its_own_algorithms() {
        let ec = parsed(&json!({"kty": "EC", "crv": "P-256", "x": X, "y": X, "kid": "k"})).unwrap();
        let ed = parsed(&json!({"kty": "OKP", "crv": "Ed25519", "x": X})).unwrap();
        let rsa = parsed(&rsa(256)).unwrap();
        for (alg, fits) in [
            ("RS256", [false, false, true]),
            ("PS256", [false, false, true]),
            ("ES256", [true, false, false]),
            ("EdDSA", [false, true, false]),
            ("Ed25519", [false, true, false]),
            ("ed25519", [false; 3]),
            ("HS256", [false; 3]),
            ("none", [false; 3]),
        ] {
            assert_eq!([&ec, &ed, &rsa].map(|key| key.fits(alg)), fits, "{alg}");
        }
        let bound = PublicJwk { alg: Some("PS256".into()), ..rsa };
        assert_eq!((bound.fits("RS256"), bound.fits("PS256")), (false, true));
    }

    /// RFC 8037, appendix A.3, and RFC 7638 §3.1.
    #[test]
    fn thumbprints_are_those_of_the_rfcs() {
        let ed = parsed(&json!({"kty": "OKP", "crv": "Ed25519", "x": X})).unwrap();
        assert_eq!(ed.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        let n = concat!(
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs",
            "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbIS",
            "D08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
        );
        let rsa = parsed(&json!({"kty": "RSA", "n": n, "e": "AQAB"})).unwrap();
        assert_eq!(rsa.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn keys_that_cannot_or_must_not_verify_are_refused_with_the_reason() {
        for (jwk, fault) in [
            (json!({}), JwkFault::Malformed),
            (json!({"kty": 7}), JwkFault::Malformed),
            (json!({"kty": "oct", "k": "AAAA"}), JwkFault::Private),
            (json!({"kty": "oct"}), JwkFault::Private),
            (json!({"kty": "OKP", "crv": "Ed25519", "x": X, "d": X}), JwkFault::Private),
            (json!({"kty": "OKP", "crv": "Ed25519", "x": X, "use": "enc"}), JwkFault::Unsupported),
            (json!({"kty": "OKP", "crv": "X25519", "x": X}), JwkFault::Unsupported),
            (json!({"kty": "EC", "crv": "P-521", "x": X, "y": X}), JwkFault::Unsupported),
            (json!({"kty": "EC", "crv": "P-256", "x": X}), JwkFault::Malformed),
            (json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": X}), JwkFault::Malformed),
            (json!({"kty": "EC", "crv": "P-256", "x": format!("{X}="), "y": X}), JwkFault::Malformed),
            (json!({"kty": "OKP", "crv": "Ed25519", "x": X, "kid": ["k"]}), JwkFault::Malformed),
            (json!({"kty": "RSA", "n": "", "e": "AQAB"}), JwkFault::Malformed),
            (json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode([0; 256]), "e": "AQAB"}), JwkFault::Malformed),
            (json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode([1; 256]), "e": ""}), JwkFault::Malformed),
            (rsa(255), JwkFault::Size),
            (rsa(1_024), JwkFault::Size),
        ] {
            assert_eq!(parsed(&jwk).unwrap_err(), fault, "{jwk:.80}");
        }
    }

    #[test]
    fn a_registered_set_names_its_fault_and_a_fetched_one_leaves_it_out() {
        let (good, enc) =
            (json!({"kty": "OKP", "crv": "Ed25519", "x": X}), json!({"kty": "OKP", "crv": "X25519", "x": X}));
        let secret = json!({"kty": "oct", "k": "AAAA"});
        let set = |keys: &[&Value]| json!({ "keys": keys });
        assert!(PublicJwkSet::registered(&set(&[&good, &enc])).is_ok());
        assert_eq!(PublicJwkSet::registered(&set(&[&good, &secret])), Err(JwkSetFault::Key(JwkFault::Private)));
        assert!(PublicJwkSet::fetched(&set(&[&good, &secret, &json!(7), &json!(null)])).is_ok());
        for read in [PublicJwkSet::registered, PublicJwkSet::fetched] {
            assert_eq!(read(&set(&[&enc])), Err(JwkSetFault::Empty));
            assert_eq!(read(&set(&[])), Err(JwkSetFault::Empty));
            assert_eq!(read(&set(&[&good; MOST_KEYS + 1])), Err(JwkSetFault::TooMany));
            for bad in [json!([]), json!({}), json!({"keys": {}}), json!(null), json!("keys")] {
                assert_eq!(read(&bad), Err(JwkSetFault::Shape), "{bad}");
            }
        }
    }

    #[test]
    fn a_key_is_chosen_by_its_id_and_one_without_an_id_may_be_any() {
        let key = |kid: Option<&str>| {
            let mut jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": X});
            if let Some(kid) = kid {
                jwk["kid"] = kid.into();
            }
            jwk
        };
        let set = PublicJwkSet::registered(&json!({"keys": [key(Some("a")), key(Some("b")), key(None)]})).unwrap();
        for (kid, alg, found) in
            [(Some("a"), "EdDSA", 2), (Some("c"), "EdDSA", 1), (None, "EdDSA", 3), (Some("a"), "ES256", 0)]
        {
            assert_eq!(set.candidates(kid, alg).count(), found, "{kid:?} {alg}");
        }
    }
}
