//! The tokens of a test issuer, each with the fault of its case.

use serde_json::{Map, Value, json};

use super::case::CheckCase;
use super::keys::{TestKeys, unsigned, with_bad_signature};
use super::person::TestPerson;
use usher_domain::time::Timestamp;
use usher_keys::keyring::SignError;
use usher_protocol::logout_token::{self, LogoutTokenClaims};

/// The `typ` of ID tokens.
const ID_TOKEN_TYP: &str = "JWT";
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Who is not meant: another issuer, another client.
pub const ELSEWHERE: &str = "https://other.example.com";

/// One sign-in at the test issuer.
#[derive(Debug, Clone)]
pub struct TestSignIn {
    pub person: TestPerson,
    pub sid: String,
    /// The `nonce` of the request.
    pub nonce: Option<String>,
    /// The `nonce` of an earlier sign-in.
    pub earlier_nonce: Option<String>,
}

/// Between whom tokens are.
#[derive(Debug, Clone, Copy)]
pub struct TokenParties<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
}

/// The claims of the ID token of this case.
fn id_token_claims(
    case: CheckCase,
    parties: TokenParties<'_>,
    sign_in: &TestSignIn,
    now: Timestamp,
) -> Map<String, Value> {
    let mut claims = sign_in.person.claims();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("iss", json!(parties.issuer));
    set("aud", json!(parties.client_id));
    set("iat", json!(now.0));
    set("auth_time", json!(now.0));
    set("exp", json!(now.0 + 10 * MINUTE));
    set("sid", json!(sign_in.sid));
    if let Some(nonce) = &sign_in.nonce {
        set("nonce", json!(nonce));
    }
    match case {
        CheckCase::WrongIssuer => drop(set("iss", json!(ELSEWHERE))),
        CheckCase::WrongAudience => drop(set("aud", json!(ELSEWHERE))),
        CheckCase::ForeignAudience => {
            set("aud", json!([parties.client_id, ELSEWHERE]));
            set("azp", json!(ELSEWHERE));
        }
        CheckCase::Expired => {
            set("iat", json!(now.0 - 2 * HOUR));
            set("auth_time", json!(now.0 - 2 * HOUR));
            set("exp", json!(now.0 - HOUR));
        }
        CheckCase::IssuedInFuture => {
            set("iat", json!(now.0 + DAY));
            set("exp", json!(now.0 + DAY + 10 * MINUTE));
        }
        CheckCase::NotYetValid => {
            set("nbf", json!(now.0 + DAY));
            set("exp", json!(now.0 + 2 * DAY));
        }
        CheckCase::WrongNonce => drop(set("nonce", json!("not-the-nonce-of-this-request"))),
        CheckCase::ReplayedNonce => drop(set("nonce", json!(sign_in.earlier_nonce))),
        CheckCase::NoNonce => drop(claims.remove("nonce")),
        CheckCase::NoSubject => drop(claims.remove("sub")),
        _ => {}
    }
    claims
}

/// The ID token of this case.
///
/// # Errors
/// If the cryptographic library fails.
pub fn id_token(
    keys: &TestKeys,
    case: CheckCase,
    parties: TokenParties<'_>,
    sign_in: &TestSignIn,
    now: Timestamp,
) -> Result<String, SignError> {
    let claims = id_token_claims(case, parties, sign_in, now);
    if case == CheckCase::Unsigned {
        return Ok(unsigned(ID_TOKEN_TYP, &claims));
    }
    let token = keys.sign(ID_TOKEN_TYP, &claims, case == CheckCase::RotatedKey)?;
    Ok(if case == CheckCase::BadSignature { with_bad_signature(&token) } else { token })
}

/// The logout token of this case.
///
/// # Errors
/// If the cryptographic library fails.
pub fn logout_token(
    keys: &TestKeys,
    case: CheckCase,
    parties: TokenParties<'_>,
    (sign_in, jti): (&TestSignIn, &str),
    now: Timestamp,
) -> Result<String, SignError> {
    let good = LogoutTokenClaims::new(parties.issuer, parties.client_id, jti, now.0);
    let good = LogoutTokenClaims { sub: Some(&sign_in.person.sub), sid: Some(&sign_in.sid), ..good };
    let mut claims = serde_json::to_value(&good)?.as_object().cloned().unwrap_or_default();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    match case {
        CheckCase::WrongIssuerLogout => drop(set("iss", json!(ELSEWHERE))),
        CheckCase::WrongAudienceLogout => drop(set("aud", json!(ELSEWHERE))),
        CheckCase::ExpiredLogout => {
            set("iat", json!(now.0 - 2 * DAY));
            set("exp", json!(now.0 - DAY));
        }
        CheckCase::NonceInLogout => drop(set("nonce", json!("a-logout-token-has-none"))),
        CheckCase::NoEventLogout => drop(claims.remove("events")),
        _ => {}
    }
    if case == CheckCase::UnsignedLogout {
        return Ok(unsigned(logout_token::TYP, &claims));
    }
    keys.sign(logout_token::TYP, &claims, false)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use usher_domain::key::SigningAlg;
    use usher_domain::random::SeededRandom;
    use usher_keys::foreign::is_signed_by;
    use usher_protocol::jose::foreign_jws::ForeignJws;
    use usher_protocol::jose::public_jwk::PublicJwk;

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);
    const PARTIES: TokenParties<'_> = TokenParties { issuer: "https://id.test/check-up/1", client_id: "shop" };

    fn sign_in() -> TestSignIn {
        TestSignIn {
            person: TestPerson::new("Ana", &SeededRandom::new(1)),
            sid: "s".into(),
            nonce: Some("n".into()),
            earlier_nonce: Some("e".into()),
        }
    }

    fn keys(alg: SigningAlg) -> TestKeys {
        let random = SeededRandom::new(1);
        TestKeys::generate(alg, NOW, &random).unwrap().with_next_key(NOW, &random).unwrap()
    }

    fn payload(token: &str) -> Map<String, Value> {
        let part = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn a_faulty_id_token_differs_from_the_good_one_in_its_fault_alone() {
        let keys = keys(SigningAlg::Es256);
        let claims = |case| payload(&id_token(&keys, case, PARTIES, &sign_in(), NOW).unwrap());
        let good = claims(CheckCase::GoodSignIn);
        for (case, changed) in [
            (CheckCase::WrongIssuer, &["iss"][..]),
            (CheckCase::WrongAudience, &["aud"]),
            (CheckCase::ForeignAudience, &["aud", "azp"]),
            (CheckCase::Expired, &["auth_time", "exp", "iat"]),
            (CheckCase::IssuedInFuture, &["exp", "iat"]),
            (CheckCase::NotYetValid, &["exp", "nbf"]),
            (CheckCase::NoSubject, &["sub"]),
            (CheckCase::WrongNonce, &["nonce"]),
            (CheckCase::NoNonce, &["nonce"]),
            (CheckCase::ReplayedNonce, &["nonce"]),
            (CheckCase::BadSignature, &[]),
            (CheckCase::Unsigned, &[]),
            (CheckCase::RotatedKey, &[]),
        ] {
            let faulty = claims(case);
            let names: std::collections::BTreeSet<_> = good.keys().chain(faulty.keys()).collect();
            let differ: Vec<_> = names.into_iter().filter(|name| good.get(*name) != faulty.get(*name)).collect();
            assert_eq!(differ, changed, "{}", case.name());
        }
    }

    #[test]
    fn signatures_verify_with_the_published_keys_unless_they_are_the_fault() {
        for alg in [SigningAlg::Es256, SigningAlg::EdDsa] {
            let keys = keys(alg);
            let verifies = |case, rotated| {
                let token = id_token(&keys, case, PARTIES, &sign_in(), NOW).unwrap();
                let Ok(jws) = ForeignJws::parse(&token) else { return false };
                let set: Value = serde_json::from_str(&keys.published(rotated)).unwrap();
                let keys = set["keys"].as_array().unwrap().clone();
                keys.iter().any(|key| {
                    key.as_object().is_some_and(|key| PublicJwk::parse(key).is_ok_and(|key| is_signed_by(&jws, &key)))
                })
            };
            assert!(verifies(CheckCase::GoodSignIn, false) && verifies(CheckCase::GoodSignIn, true));
            assert!(!verifies(CheckCase::BadSignature, false) && !verifies(CheckCase::Unsigned, false));
            assert!(!verifies(CheckCase::RotatedKey, false) && verifies(CheckCase::RotatedKey, true));
        }
    }

    #[test]
    fn a_good_logout_token_names_person_and_session() {
        let keys = keys(SigningAlg::Es256);
        let claims = |case| payload(&logout_token(&keys, case, PARTIES, (&sign_in(), "j"), NOW).unwrap());
        let good = claims(CheckCase::GoodLogout);
        assert_eq!((good["sid"].as_str(), good.contains_key("nonce")), (Some("s"), false));
        assert!(claims(CheckCase::NonceInLogout).contains_key("nonce"));
        assert!(!claims(CheckCase::NoEventLogout).contains_key("events"));
        assert_eq!(claims(CheckCase::WrongAudienceLogout)["aud"], ELSEWHERE);
    }
}
