//! Signed tokens of a provider: ID tokens, logout tokens, security events. Only the signature is verified here.
//!
//! The algorithm comes from the settings, never from the token; a key is chosen by `kid` and must fit the algorithm.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{AccessToken, AccessTokenHash, JsonWebKey as _, JsonWebKeyAlgorithm};
use serde::Deserialize;
use serde_json::Value;

use super::error::UpstreamError;

const LONGEST: usize = 64 * 1024;
const MOST_KEYS: usize = 100;
/// RSA below 2048 bits is insecure, above 8192 too slow.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// The public keys of a provider.
#[derive(Debug)]
pub(super) struct KeySet(Vec<CoreJsonWebKey>);

impl KeySet {
    /// Parses a JWK set (RFC 7517 §5), omitting every key that cannot verify a signature.
    pub fn read(document: &Value) -> Result<Self, UpstreamError> {
        let listed = document.get("keys").and_then(Value::as_array);
        let listed = listed.ok_or_else(|| UpstreamError::misbehaved("its keys cannot be read"))?;
        if listed.len() > MOST_KEYS {
            return Err(UpstreamError::misbehaved("it has too many keys"));
        }
        let keys: Vec<_> = listed.iter().filter(|key| may_verify(key)).filter_map(readable).collect();
        if keys.is_empty() {
            return Err(UpstreamError::misbehaved("it has no key that can be used"));
        }
        Ok(Self(keys))
    }

    /// The one key that matches; two matching keys count as none.
    fn choose(&self, kid: Option<&str>, alg: &CoreJwsSigningAlgorithm) -> Result<&CoreJsonWebKey, JwsRefusal> {
        let fits = |key: &&CoreJsonWebKey| {
            let known = key.key_id().map(|id| id.as_str());
            let named = kid.is_none_or(|kid| known == Some(kid));
            let meant = match key.signing_alg() {
                JsonWebKeyAlgorithm::Unspecified => true,
                JsonWebKeyAlgorithm::Algorithm(own) => own == alg,
                JsonWebKeyAlgorithm::Unsupported => false,
            };
            named && meant && openidconnect::JwsSigningAlgorithm::key_type(alg).as_ref() == Some(key.key_type())
        };
        let mut fitting = self.0.iter().filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key),
            (None, _) => Err(JwsRefusal::UnknownKey),
            (Some(_), Some(_)) => Err(JwsRefusal::For("two of its keys have one name")),
        }
    }
}

fn may_verify(key: &Value) -> bool {
    let word = |name: &str| key.get(name).and_then(Value::as_str);
    let signs = word("use").is_none_or(|used| used == "sig");
    let bytes = |name: &str| {
        let text = word(name)?;
        URL_SAFE_NO_PAD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
    };
    match word("kty") {
        Some("RSA") => {
            let length = bytes("n").map_or(0, |modulus| modulus.iter().skip_while(|byte| **byte == 0).count());
            signs && MODULUS_BYTES.contains(&length)
        }
        Some("EC") => signs,
        // A symmetric key in a public set is a mistake or an attack.
        _ => false,
    }
}

fn readable(key: &Value) -> Option<CoreJsonWebKey> {
    serde_json::from_value(key.clone()).ok()
}

/// Why a token is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum JwsRefusal {
    /// No key of the set matches: a newer set may have it.
    UnknownKey,
    /// Final.
    For(&'static str),
}

impl From<JwsRefusal> for UpstreamError {
    fn from(refusal: JwsRefusal) -> Self {
        match refusal {
            JwsRefusal::UnknownKey => Self::misbehaved("its token is signed with a key that it does not publish"),
            JwsRefusal::For(why) => Self::misbehaved(why),
        }
    }
}

#[derive(Debug, Deserialize)]
struct ReceivedHeader {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

/// A token whose signature is valid.
#[derive(Debug)]
pub(super) struct SignedToken {
    /// The claims.
    pub claims: Value,
    /// The `typ` header, in lower case.
    pub typ: Option<String>,
    key: CoreJsonWebKey,
    alg: CoreJwsSigningAlgorithm,
}

impl SignedToken {
    /// Whether `at_hash` is that of this access token (OpenID Connect Core §3.1.3.8).
    pub fn is_about(&self, at_hash: &str, access_token: &str) -> bool {
        AccessTokenHash::from_token(&AccessToken::new(access_token.to_owned()), &self.alg, &self.key)
            .is_ok_and(|hash| hash.as_str() == at_hash)
    }
}

/// Verifies the signature of a compact JWS (RFC 7515 §5.2).
pub(super) fn verify(token: &str, keys: &KeySet, allowed: &[String]) -> Result<SignedToken, JwsRefusal> {
    let unreadable = JwsRefusal::For("its token cannot be read");
    if token.len() > LONGEST {
        return Err(unreadable);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(JwsRefusal::For("its token cannot be read"))?;
    let (header, payload) = message.split_once('.').ok_or(JwsRefusal::For("its token cannot be read"))?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsRefusal::For("its token cannot be read"));
    let header: ReceivedHeader = serde_json::from_slice(&decoded(header)?).map_err(|_| unreadable)?;
    if header.crit.is_some() {
        return Err(JwsRefusal::For("its token wants something that is not understood"));
    }
    if !allowed.contains(&header.alg) {
        return Err(JwsRefusal::For("its token is signed in a way that is not allowed"));
    }
    let alg: CoreJwsSigningAlgorithm = serde_json::from_value(Value::String(header.alg))
        .map_err(|_| JwsRefusal::For("its token is signed in a way that is not known"))?;
    let key = keys.choose(header.kid.as_deref(), &alg)?;
    key.verify_signature(&alg, message.as_bytes(), &decoded(signature)?)
        .map_err(|_| JwsRefusal::For("the signature of its token is wrong"))?;
    let claims: Value =
        serde_json::from_slice(&decoded(payload)?).map_err(|_| JwsRefusal::For("its token cannot be read"))?;
    if !claims.is_object() {
        return Err(JwsRefusal::For("its token cannot be read"));
    }
    Ok(SignedToken { claims, typ: header.typ.map(|typ| typ.to_ascii_lowercase()), key: key.clone(), alg })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::TestKey;
    use super::*;

    fn es256() -> Vec<String> {
        vec!["ES256".into()]
    }

    fn refused(token: &str, keys: &KeySet) -> JwsRefusal {
        verify(token, keys, &es256()).unwrap_err()
    }

    #[test]
    fn a_token_is_believed_only_with_a_good_signature_of_a_published_key() {
        let (key, other) = (TestKey::new("one"), TestKey::new("one"));
        let keys = KeySet::read(&json!({"keys": [key.jwk()]})).unwrap();
        let token = key.sign(&json!({"alg": "ES256", "kid": "one", "typ": "JWT"}), &json!({"sub": "1"}));
        assert_eq!(verify(&token, &keys, &es256()).unwrap().claims, json!({"sub": "1"}));
        assert!(verify(&key.sign(&json!({"alg": "ES256"}), &json!({})), &keys, &es256()).is_ok());

        let forged = other.sign(&json!({"alg": "ES256", "kid": "one"}), &json!({"sub": "1"}));
        assert_eq!(refused(&forged, &keys), JwsRefusal::For("the signature of its token is wrong"));
        let unknown = key.sign(&json!({"alg": "ES256", "kid": "two"}), &json!({}));
        assert_eq!(refused(&unknown, &keys), JwsRefusal::UnknownKey);
        for alg in ["none", "HS256", "RS256", "es256", "", "EdDSA"] {
            let token = key.sign(&json!({"alg": alg, "kid": "one"}), &json!({}));
            assert_eq!(
                refused(&token, &keys),
                JwsRefusal::For("its token is signed in a way that is not allowed"),
                "{alg}"
            );
        }
        let crit = key.sign(&json!({"alg": "ES256", "kid": "one", "crit": ["b64"]}), &json!({}));
        assert!(matches!(refused(&crit, &keys), JwsRefusal::For(_)));
    }

    #[test]
    fn garbage_is_no_token() {
        let key = TestKey::new("one");
        let keys = KeySet::read(&json!({"keys": [key.jwk()]})).unwrap();
        let good = key.sign(&json!({"alg": "ES256", "kid": "one"}), &json!({"sub": "1"}));
        let (message, _) = good.rsplit_once('.').unwrap();
        let long = "a".repeat(LONGEST + 1);
        let list = key.sign(&json!({"alg": "ES256"}), &json!(["sub"]));
        for garbage in [
            "",
            ".",
            "..",
            "...",
            "a.b.c",
            "é.é.é",
            message,
            &format!("{message}."),
            &format!("{good}="),
            &format!("{good}.x"),
            &long,
            &list,
        ] {
            assert!(matches!(refused(garbage, &keys), JwsRefusal::For(_)), "{garbage:.40}");
        }
    }

    #[test]
    fn keys_that_cannot_or_must_not_verify_are_left_out() {
        let good = TestKey::new("one").jwk();
        let weak = json!({"kty": "RSA", "kid": "weak", "n": URL_SAFE_NO_PAD.encode([0xff; 128]), "e": "AQAB"});
        let secret = json!({"kty": "oct", "kid": "oct", "k": "AAAA"});
        let encrypts = json!({"kty": "EC", "use": "enc", "kid": "e", "crv": "P-256", "x": "AA", "y": "AA"});
        let read = |keys: Value| KeySet::read(&json!({ "keys": keys }));
        assert_eq!(read(json!([good, weak, secret, encrypts, 7, null])).unwrap().0.len(), 1);
        for bad in [json!([]), json!([weak]), json!([secret]), json!({}), json!(null)] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
        assert!(read(Value::Array(vec![good; MOST_KEYS + 1])).is_err());
        assert!(KeySet::read(&json!([])).is_err());
    }

    #[test]
    fn two_keys_of_one_name_are_no_key() {
        let (one, two) = (TestKey::new("same"), TestKey::new("same"));
        let keys = KeySet::read(&json!({"keys": [one.jwk(), two.jwk()]})).unwrap();
        let token = one.sign(&json!({"alg": "ES256", "kid": "same"}), &json!({}));
        assert!(matches!(refused(&token, &keys), JwsRefusal::For(_)));
    }
}
