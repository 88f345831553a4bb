//! The public JSON Web Key (RFC 7517) of a signing key, and its thumbprint (RFC 7638).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use usher_domain::key::SigningAlg;

/// The members of a public key of this algorithm, in the lexicographic order of RFC 7638 §3.2.
const fn required(alg: SigningAlg) -> &'static [&'static str] {
    match alg {
        SigningAlg::Es256 => &["crv", "kty", "x", "y"],
        // RFC 8037 §2.
        SigningAlg::EdDsa => &["crv", "kty", "x"],
        SigningAlg::Rs256 | SigningAlg::Ps256 => &["e", "kty", "n"],
    }
}

/// The public JWK of a key: the required members, `use`, `alg` and the thumbprint as `kid`. Private members are
/// dropped. `None` if a required member is missing.
pub fn public_jwk(alg: SigningAlg, key: &Map<String, Value>) -> Option<Value> {
    let kid = thumbprint(alg, key)?;
    let mut public = json!({ "use": "sig", "alg": alg.as_str(), "kid": kid });
    for name in required(alg) {
        public[*name] = key.get(*name)?.clone();
    }
    Some(public)
}

/// The SHA-256 thumbprint of a key of `alg` (RFC 7638 §3), base64url. `None` if a required member is missing.
pub fn thumbprint(alg: SigningAlg, key: &Map<String, Value>) -> Option<String> {
    let member = |name: &&str| Some(format!("\"{name}\":{}", Value::from(key.get(*name)?.as_str()?)));
    let members: Option<Vec<String>> = required(alg).iter().map(member).collect();
    let canonical = format!("{{{}}}", members?.join(","));
    Some(URL_SAFE_NO_PAD.encode(digest(&SHA256, canonical.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    /// The example of RFC 7638 §3.1.
    fn example() -> Map<String, Value> {
        members(&json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs\
                  tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbIS\
                  D08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB", "alg": "RS256", "kid": "2011-04-29", "d": "private"
        }))
    }

    #[test]
    fn the_thumbprint_is_the_one_of_the_rfc() {
        assert_eq!(thumbprint(SigningAlg::Rs256, &example()).unwrap(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    /// The example of RFC 8037, appendix A.3.
    #[test]
    fn the_thumbprint_of_an_ed25519_key_is_the_one_of_the_rfc() {
        let key = members(&json!({
            "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        }));
        assert_eq!(thumbprint(SigningAlg::EdDsa, &key).unwrap(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn only_public_members_pass() {
        let public = public_jwk(SigningAlg::Rs256, &example()).unwrap();
        let mut names: Vec<&String> = public.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"]);
        assert_eq!(public["kid"], "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn a_key_with_a_member_missing_or_of_another_kind_is_none() {
        assert_eq!(public_jwk(SigningAlg::Es256, &example()), None);
        assert_eq!(public_jwk(SigningAlg::Rs256, &members(&json!({ "kty": "RSA", "n": 7, "e": "AQAB" }))), None);
        assert_eq!(public_jwk(SigningAlg::Rs256, &Map::new()), None);
    }
}
