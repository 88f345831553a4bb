use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::jose::foreign_jws::samples::token;

const NOW: i64 = 1_800_000_000;
const PLAIN: CibaRules = CibaRules { binding_message: false, notification_token: false };

fn read(pairs: &[(&str, &str)], rules: CibaRules) -> Result<CibaParameters, &'static str> {
    CibaParameters::read(&Params::from_pairs(pairs.iter().copied()), rules).map_err(|error| error.code.as_str())
}

#[test]
fn exactly_one_hint_that_is_supported_is_required() {
    let (login, id_token, foreign) =
        (("login_hint", "ana@a.test"), ("id_token_hint", "a.b.c"), ("login_hint_token", "t"));
    assert_eq!(read(&[login], PLAIN).unwrap().hint, UserHint::Login("ana@a.test".into()));
    assert_eq!(read(&[id_token], PLAIN).unwrap().hint, UserHint::IdToken("a.b.c".into()));
    let long = "a".repeat(501);
    for refused in [
        &[][..],
        &[foreign],
        &[login, id_token],
        &[login, foreign],
        &[id_token, foreign],
        &[login, login],
        &[("login_hint", &long)],
        &[("login_hint", "")],
    ] {
        assert_eq!(read(refused, PLAIN).unwrap_err(), "invalid_request", "{refused:?}");
    }
}

#[test]
fn a_binding_message_is_one_line_that_everybody_sees_alike() {
    let with = |message: &str| read(&[("login_hint", "ana"), ("binding_message", message)], PLAIN);
    let longest = "é".repeat(100);
    for good in ["W4SCT", "Pay 12 € to Zoë", "1234 👍🏿 品川 Lorem", "👩\u{200d}🚀", &longest] {
        assert_eq!(with(good).unwrap().binding_message.as_deref(), Some(good));
    }
    let long = "é".repeat(101);
    for bad in ["a\nb", "a\u{202e}b", "a\u{2066}b", "a\u{2028}b", "\u{200b}", "\u{feff}x", " ", &long] {
        assert_eq!(with(bad).unwrap_err(), "invalid_binding_message", "{bad:?}");
    }
    assert_eq!(with("").unwrap().binding_message, None);
    let fapi = CibaRules { binding_message: true, ..PLAIN };
    assert_eq!(read(&[("login_hint", "ana")], fapi).unwrap_err(), "invalid_request");
}

#[test]
fn the_requested_expiry_is_a_positive_number_and_has_a_limit() {
    let with =
        |expiry: &str| read(&[("login_hint", "ana"), ("requested_expiry", expiry)], PLAIN).map(|read| read.expires_in);
    for (expiry, seconds) in [("", 600), ("1", 1), ("30", 30), ("1800", 1_800), ("1801", 1_800), ("4294967295", 1_800)]
    {
        assert_eq!(with(expiry), Ok(seconds), "{expiry}");
    }
    for bad in ["0", "-1", "+5", "1.5", "x", "4294967296", "99999999999999999999", " 5"] {
        assert_eq!(with(bad), Err("invalid_request"), "{bad}");
    }
}

#[test]
fn a_client_that_is_called_sends_a_bearer_token() {
    let ping = CibaRules { notification_token: true, ..PLAIN };
    let with = |token: &str, rules| {
        let read = read(&[("login_hint", "ana"), ("client_notification_token", token)], rules);
        read.map(|read| read.notification_token)
    };
    assert_eq!(with("8d67dc78-7faa~+/==", ping), Ok(Some("8d67dc78-7faa~+/==".into())));
    assert_eq!(with("8d67dc78", PLAIN), Ok(None), "a client that polls needs none");
    let long = "a".repeat(1_025);
    for bad in ["", "a b", "a\r\nb", "=", "a=b", "é", &long] {
        assert_eq!(with(bad, ping), Err("invalid_request"), "{bad:?}");
    }
}

fn signed(typ: &str, changes: &Value, beside: &[(&str, &str)]) -> Result<SignedCibaRequest, RequestObjectFault> {
    let mut claims = json!({
        "iss": "bank", "aud": "https://id.test", "exp": NOW + 300, "iat": NOW, "nbf": NOW, "jti": "j1",
        "scope": "openid", "login_hint": "ana", "requested_expiry": 30,
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    let token = token(&json!({"alg": "ES256", "typ": typ}), &claims);
    let rules = RequestObjectRules { client_id: "bank", issuer: "https://id.test", now: NOW, fapi: false };
    signed_request(&ForeignJws::parse(&token).unwrap(), &Params::from_pairs(beside.iter().copied()), &rules)
}

#[test]
fn a_signed_request_is_read_from_its_claims_alone() {
    let beside = [("request", "x"), ("client_assertion", "y"), ("client_assertion_type", "z"), ("client_id", "bank")];
    let read = signed("JWT", &json!({}), &beside).unwrap();
    assert_eq!((read.jti.as_str(), read.expires_at), ("j1", NOW + 300));
    assert_eq!(read.params.get("requested_expiry"), Ok(Some("30")), "a number or a text");
    assert_eq!((read.params.get("scope"), read.params.get("jti")), (Ok(Some("openid")), Ok(None)));
    assert!(
        signed("JWT", &json!({"aud": ["https://other.test", "https://id.test"], "client_id": "bank"}), &[]).is_ok()
    );
}

#[test]
fn every_check_of_a_signed_request_has_its_refusal() {
    for (changes, fault) in [
        (json!({"iss": null}), RequestObjectFault::Issuer),
        (json!({"iss": "other"}), RequestObjectFault::Issuer),
        (json!({"client_id": "other"}), RequestObjectFault::OtherClient),
        (json!({"aud": null}), RequestObjectFault::Audience),
        (json!({"aud": "https://id.test/"}), RequestObjectFault::Audience),
        (json!({"aud": []}), RequestObjectFault::Audience),
        (json!({"sub": "bank"}), RequestObjectFault::Subject),
        (json!({"request": "x"}), RequestObjectFault::Nested),
        (json!({"exp": null}), RequestObjectFault::Incomplete),
        (json!({"iat": null}), RequestObjectFault::Incomplete),
        (json!({"nbf": null}), RequestObjectFault::Incomplete),
        (json!({"jti": null}), RequestObjectFault::Incomplete),
        (json!({"jti": ""}), RequestObjectFault::Incomplete),
        (json!({"jti": 7}), RequestObjectFault::Incomplete),
        (json!({"exp": NOW}), RequestObjectFault::Times),
        (json!({"exp": "soon"}), RequestObjectFault::Times),
        (json!({"nbf": NOW + 61}), RequestObjectFault::Times),
        (json!({"iat": NOW + 61}), RequestObjectFault::Times),
        (json!({"exp": NOW + 3_601}), RequestObjectFault::TooLong),
        (json!({"nbf": NOW - 3_601, "exp": NOW + 1}), RequestObjectFault::TooLong),
    ] {
        assert_eq!(signed("JWT", &changes, &[]).unwrap_err(), fault, "{changes}");
    }
    assert_eq!(signed("at+jwt", &json!({}), &[]).unwrap_err(), RequestObjectFault::TokenType);
    let beside = signed("JWT", &json!({}), &[("scope", "openid")]);
    assert_eq!(beside.unwrap_err(), RequestObjectFault::Beside);
    assert!(signed("JWT", &json!({"nbf": NOW - 3_000, "exp": NOW + 600}), &[]).is_ok());
}

proptest! {
    #[test]
    fn no_parameters_make_the_reader_panic(pairs in proptest::collection::vec(("[a-z_]{0,30}", ".{0,60}"), 0..8)) {
        let _ = CibaParameters::read(&Params::from_pairs(pairs), PLAIN);
    }
}
