//! A compact JWS (RFC 7515 §7.1) that another party signed: split, decoded and parsed strictly. The signature is verified
//! by the crate `keys`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::strict_json;

/// Maximum length of a token, in bytes.
const MAX_LENGTH: usize = 16 * 1_024;
/// Maximum nesting of header and claims: a `claims` parameter of a request object is the deepest.
const MAX_DEPTH: u8 = 16;
/// Maximum length of a key id.
const MAX_KID: usize = 256;

/// The symmetric algorithm that a client's secret is used with.
pub const HMAC_ALG: &str = "HS256";

/// The asymmetric algorithms that other parties may use. Ed25519 has two names (RFC 8037 §3.1, RFC 9864 §2.2).
pub const FOREIGN_ALGS: [&str; 5] = ["RS256", "ES256", "PS256", "EdDSA", "Ed25519"];

/// Whether both names mean one algorithm. Names are compared with case (RFC 7515 §4.1.1).
pub fn is_same_alg(one: &str, other: &str) -> bool {
    let name = |alg| if alg == "Ed25519" { "EdDSA" } else { alg };
    name(one) == name(other)
}

/// A JWS whose signature is not verified.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignJws<'t> {
    pub alg: String,
    pub kid: Option<String>,
    pub typ: Option<String>,
    /// The public key in the header, which only DPoP proofs have (RFC 9449 §4.2).
    pub jwk: Option<Map<String, Value>>,
    pub claims: Map<String, Value>,
    /// What is signed: header and payload as sent.
    pub message: &'t str,
    pub signature: Vec<u8>,
}

/// Why a text is no such JWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwsFault {
    /// Not three parts of strict base64url, or too long. An encrypted token has five.
    NotCompact,
    /// The header is no JSON object with texts where texts belong.
    Header,
    /// The header has `crit` or `b64` (RFC 7515 §4.1.11, RFC 7797): no extension is supported.
    Critical,
    /// The payload is no JSON object.
    Claims,
}

impl<'t> ForeignJws<'t> {
    /// Parses a token. Header parameters that only name keys elsewhere (`jku`, `x5u`, `x5c`) are ignored, never followed.
    pub fn parse(token: &'t str) -> Result<Self, JwsFault> {
        if token.len() > MAX_LENGTH {
            return Err(JwsFault::NotCompact);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(JwsFault::NotCompact)?;
        let (header, payload) = message.split_once('.').ok_or(JwsFault::NotCompact)?;
        let header = strict_json::object(&decode(header)?, MAX_DEPTH).map_err(|_| JwsFault::Header)?;
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(JwsFault::Critical);
        }
        let jwk = match header.get("jwk") {
            None => None,
            Some(Value::Object(members)) => Some(members.clone()),
            Some(_) => return Err(JwsFault::Header),
        };
        Ok(Self {
            alg: text(&header, "alg")?.ok_or(JwsFault::Header)?,
            kid: text(&header, "kid")?.filter(|kid| kid.len() <= MAX_KID),
            typ: text(&header, "typ")?,
            jwk,
            claims: strict_json::object(&decode(payload)?, MAX_DEPTH).map_err(|_| JwsFault::Claims)?,
            message,
            signature: decode(signature)?,
        })
    }

    /// Whether `typ` is absent or one of these. Case and the prefix `application/` do not count (RFC 7515 §4.1.9).
    pub fn is_typed(&self, allowed: &[&str]) -> bool {
        self.typ.as_deref().is_none_or(|typ| {
            let typ = typ.to_ascii_lowercase();
            allowed.contains(&typ.strip_prefix("application/").unwrap_or(&typ))
        })
    }
}

fn text(header: &Map<String, Value>, name: &str) -> Result<Option<String>, JwsFault> {
    match header.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(JwsFault::Header),
    }
}

/// Strict base64url: no padding, no white space, no unused bits (RFC 7515 §2).
fn decode(part: &str) -> Result<Vec<u8>, JwsFault> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsFault::NotCompact)
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    /// A token with this header and these claims, and a signature of two bytes.
    pub(crate) fn token(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.AAA", part(header), part(claims))
    }
}

#[cfg(test)]
mod tests {
    use super::samples::token;
    use super::*;
    use serde_json::json;

    #[test]
    fn a_token_is_taken_apart() {
        let token =
            token(&json!({"alg": "ES256", "kid": "k", "typ": "JWT", "jku": "https://evil.test"}), &json!({"a": 1}));
        let read = ForeignJws::parse(&token).unwrap();
        assert_eq!((read.alg.as_str(), read.kid.as_deref(), read.typ.as_deref()), ("ES256", Some("k"), Some("JWT")));
        assert_eq!((read.claims["a"].as_i64(), read.signature.as_slice()), (Some(1), &[0, 0][..]));
        assert_eq!(format!("{}.AAA", read.message), token);
    }

    #[test]
    fn the_type_is_compared_without_case_and_prefix() {
        let typed = |typ: Value| {
            let token = token(&json!({"alg": "ES256", "typ": typ}), &json!({}));
            ForeignJws::parse(&token).is_ok_and(|jws| jws.is_typed(&["jwt", "dpop+jwt"]))
        };
        for good in ["JWT", "jwt", "application/JWT", "DPoP+jwt"] {
            assert!(typed(good.into()), "{good}");
        }
        for bad in [json!("at+jwt"), json!(""), json!(7), json!(null)] {
            assert!(!typed(bad.clone()), "{bad}");
        }
    }

    #[test]
    fn garbage_is_refused() {
        let good = token(&json!({"alg": "ES256"}), &json!({}));
        let (message, _) = good.rsplit_once('.').unwrap();
        let long = "a".repeat(MAX_LENGTH + 1);
        let deep = token(
            &json!({"alg": "ES256"}),
            &serde_json::from_str(&format!("{}1{}", "[".repeat(40), "]".repeat(40))).unwrap(),
        );
        for (bad, fault) in [
            ("", JwsFault::NotCompact),
            ("..", JwsFault::Header),
            ("a.b", JwsFault::NotCompact),
            ("a.b.c.d.e", JwsFault::NotCompact),
            ("é.é.é", JwsFault::NotCompact),
            (message, JwsFault::NotCompact),
            (&format!("{good}="), JwsFault::NotCompact),
            (&format!(" {good}"), JwsFault::NotCompact),
            (&long, JwsFault::NotCompact),
            (&token(&json!([]), &json!({})), JwsFault::Header),
            (&token(&json!({"kid": "k"}), &json!({})), JwsFault::Header),
            (&token(&json!({"alg": ["ES256"]}), &json!({})), JwsFault::Header),
            (&token(&json!({"alg": "ES256", "kid": 7}), &json!({})), JwsFault::Header),
            (&token(&json!({"alg": "ES256", "jwk": "x"}), &json!({})), JwsFault::Header),
            (&token(&json!({"alg": "ES256", "crit": ["exp"]}), &json!({})), JwsFault::Critical),
            (&token(&json!({"alg": "ES256", "b64": false}), &json!({})), JwsFault::Critical),
            (&token(&json!({"alg": "ES256"}), &json!("x")), JwsFault::Claims),
            (&deep, JwsFault::Claims),
        ] {
            assert_eq!(ForeignJws::parse(bad).unwrap_err(), fault, "{bad:.60}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,120}") {
            let _ = ForeignJws::parse(&text).is_ok();
            let _ = ForeignJws::parse(&format!("{}.{}.", URL_SAFE_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text))).is_ok();
        }
    }
}
