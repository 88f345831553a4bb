//! Access tokens (RFC 9068): parsed and verified. Pure: keys and the time are passed in.

mod algorithm;
mod claims;
mod jws;
mod keys;
mod proof;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub(crate) use claims::{Claims, TokenOptions};
pub(crate) use jws::Jws;
pub(crate) use keys::Keys;
pub(crate) use proof::{Credentials, ProvenRequest, SpentProof, check_binding};

use crate::refusal::Reason;

/// The longest text that is taken for a token, in bytes.
pub(crate) const MAX_LENGTH: usize = 16_384;

/// Verifies an access token at a time in seconds since the epoch.
pub(crate) fn verify(text: &str, keys: &Keys, options: &TokenOptions, now: i64) -> Result<Claims, Reason> {
    let parsed = Jws::parse(text, MAX_LENGTH)?;
    let members = match jws::object(&parsed.payload) {
        Some(members) => Ok(members),
        // A number that no type holds.
        None if jws::is_object(&parsed.payload) => Err(Reason::ClaimInvalid),
        None => return Err(Reason::TokenMalformed),
    };
    let kid = parsed.verify(keys, &options.algorithms, "at+jwt")?.to_owned();
    let claims = Claims::read(members?, kid)?;
    claims.check(options, now)?;
    Ok(claims)
}

/// Verifies a signed document of the issuer that is not a token; gives its payload.
pub(crate) fn verify_document(text: &str, keys: &Keys, typ: &str, max_length: usize) -> Result<Vec<u8>, Reason> {
    let parsed = Jws::parse(text, max_length)?;
    parsed.verify(keys, &Algorithm::ALL, typ)?;
    Ok(parsed.payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;
    use serde_json::{Value as Json, json};

    fn texts(json: &Json) -> Vec<String> {
        json.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
    }

    /// The options of the file with those of a case over them.
    fn options(base: &Json, over: &Json) -> TokenOptions {
        let option = |name: &str| over.get(name).unwrap_or(&base[name]);
        let text = |name: &str| option(name).as_str().unwrap_or_default().to_owned();
        TokenOptions {
            issuer: text("issuer"),
            audience: text("audience"),
            project: option("project").as_str().map(str::to_owned),
            clients: option("clients").is_array().then(|| texts(option("clients"))),
            algorithms: texts(option("algorithms")).iter().map(|name| name.parse().unwrap()).collect(),
            clock_skew: option("clockSkew").as_i64().unwrap(),
        }
    }

    #[test]
    fn tokens_are_accepted_and_refused_as_in_every_module() {
        let file = vectors::read("tokens.json");
        let keys = Keys::parse(file["jwks"].to_string().as_bytes()).unwrap();
        for case in vectors::cases("tokens.json") {
            let (name, expect) = (&case["name"], &case["expect"]);
            let options = options(&file["options"], &case["options"]);
            let now = case["now"].as_i64().or(file["now"].as_i64()).unwrap();
            let verified = verify(case["token"].as_str().unwrap(), &keys, &options, now);
            if let Some(reason) = expect["reason"].as_str() {
                assert_eq!(verified.err().map(Reason::as_str), Some(reason), "{name}");
                continue;
            }
            let claims = verified.unwrap_or_else(|reason| panic!("{name}: {}", reason.as_str()));
            let kind = if claims.is_machine() { "client" } else { "user" };
            assert_eq!(
                (kind, claims.subject.as_str()),
                (expect["kind"].as_str().unwrap(), expect["sub"].as_str().unwrap())
            );
            assert_eq!(json!(claims.client_id), expect["client_id"], "{name}");
            assert_eq!(claims.scope, texts(&expect["scope"]), "{name}");
            assert_eq!(claims.roles, texts(&expect["roles"]), "{name}");
            assert_eq!(claims.jkt.as_deref(), expect["jkt"].as_str(), "{name}");
            assert_eq!(claims.proves_client(&options), expect["client_unproven"] != true, "{name}");
        }
    }

    #[test]
    fn whatever_is_cut_or_changed_is_refused() {
        let file = vectors::read("tokens.json");
        let keys = Keys::parse(file["jwks"].to_string().as_bytes()).unwrap();
        let options = options(&file["options"], &Json::Null);
        let good = vectors::cases("tokens.json").into_iter().find(|case| case["expect"]["reason"].is_null());
        let good = good.unwrap()["token"].as_str().unwrap().to_owned();
        let now = file["now"].as_i64().unwrap();
        assert!(verify(&good, &keys, &options, now).is_ok());
        for end in 0..good.len() {
            assert!(verify(&good[..end], &keys, &options, now).is_err());
        }
        for at in 0..good.len() {
            for other in ["A", "_", ".", "=", " ", "\n"] {
                let changed = format!("{}{other}{}", &good[..at], &good[at + 1..]);
                assert!(changed == good || verify(&changed, &keys, &options, now).is_err(), "{changed}");
            }
        }
    }

    #[test]
    fn unsafe_algorithms_have_no_name_here() {
        for name in ["none", "None", "HS256", "HS512", "RS1", "ES256K", "RS384", ""] {
            let refused: Result<Algorithm, _> = name.parse();
            assert!(refused.unwrap_err().to_string().contains("ES256"), "{name}");
        }
        assert_eq!("EdDSA".parse(), Ok(Algorithm::Ed25519));
    }
}
