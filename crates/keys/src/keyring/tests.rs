use std::sync::LazyLock;
use std::time::Duration;

use josekit::jwk::Jwk;
use josekit::jws::{ES256, EdDSA, JwsVerifier, PS256, RS256};
use serde_json::{Value, json};

use super::*;
use crate::generate::generate;
use crate::master::MasterKey;
use crate::verify::{ExpectedToken, MAX_TOKEN, VerifiedToken, VerifyError};
use usher_domain::random::SeededRandom;
use usher_domain::time::Timestamp;

/// One active key of each algorithm, generated once, since RSA keys are expensive.
struct KeyringFixture {
    sealer: Sealer,
    records: Vec<SigningKeyRecord>,
    ring: Keyring,
}

static KEYRING: LazyLock<KeyringFixture> = LazyLock::new(|| {
    let random = SeededRandom::new(1);
    let sealer = Sealer::new(&MasterKey::generate(&random));
    let active = |alg| generate(alg, &sealer, Timestamp(1), &random).unwrap().activate(Timestamp(1)).unwrap();
    let records = SigningAlg::ALL.map(active).to_vec();
    let ring = Keyring::new(&records, &sealer);
    KeyringFixture { sealer, records, ring }
});

const EXPECT: ExpectedToken<'static> = ExpectedToken { typ: "at+jwt" };

fn record(alg: SigningAlg) -> SigningKeyRecord {
    KEYRING.records.iter().find(|record| record.alg == alg).unwrap().clone()
}

fn token(alg: SigningAlg) -> String {
    KEYRING.ring.sign(alg, "at+jwt", &json!({ "sub": "ana", "exp": 1 })).unwrap()
}

fn verify(token: &str) -> Result<VerifiedToken, VerifyError> {
    KEYRING.ring.verify(token, EXPECT)
}

fn encode(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// A token with this header and payload, with a valid signature of the active ES256 key.
fn signed(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let message = format!("{}.{}", encode(header), encode(payload));
    let signature = KEYRING.ring.active[&SigningAlg::Es256].signer.sign(message.as_bytes()).unwrap();
    format!("{message}.{}", encode(signature))
}

fn header() -> Value {
    json!({ "alg": "ES256", "kid": KEYRING.ring.active_kid(SigningAlg::Es256), "typ": "at+jwt" })
}

#[test]
fn what_a_keyring_signs_it_verifies() {
    assert!(KEYRING.ring.damaged().is_empty());
    for alg in SigningAlg::ALL {
        let verified = verify(&token(alg)).unwrap();
        assert_eq!((verified.alg, verified.kid), (alg, record(alg).kid));
        assert_eq!(Value::Object(verified.claims), json!({ "sub": "ana", "exp": 1 }), "expired or not");
    }
}

#[test]
fn the_reference_verifier_agrees() {
    for alg in SigningAlg::ALL {
        let jwk = Jwk::from_map(record(alg).public_jwk.as_object().unwrap().clone()).unwrap();
        let verifier: Box<dyn JwsVerifier> = match alg {
            SigningAlg::Rs256 => Box::new(RS256.verifier_from_jwk(&jwk).unwrap()),
            SigningAlg::Ps256 => Box::new(PS256.verifier_from_jwk(&jwk).unwrap()),
            SigningAlg::Es256 => Box::new(ES256.verifier_from_jwk(&jwk).unwrap()),
            SigningAlg::EdDsa => Box::new(EdDSA.verifier_from_jwk(&jwk).unwrap()),
        };
        let (payload, header) = josekit::jws::deserialize_compact(token(alg), &*verifier).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&payload).unwrap()["sub"], "ana");
        assert_eq!(header.token_type(), Some("at+jwt"));
    }
}

#[test]
fn one_kind_of_token_never_passes_as_another() {
    let token = token(SigningAlg::Es256);
    for typ in ["JWT", "logout+jwt", "", "AT+JWT", "application/at+jwt"] {
        assert_eq!(KEYRING.ring.verify(&token, ExpectedToken { typ }), Err(VerifyError::WrongType));
    }
}

#[test]
fn the_algorithm_is_the_keys_and_nobody_elses() {
    let payload = encode(r#"{"sub":"eve"}"#);
    for alg in ["none", "None", "HS256", "RS256", "es256", "ES384", ""] {
        let mut header = header();
        header["alg"] = alg.into();
        assert_eq!(verify(&signed(header.to_string(), r#"{"sub":"eve"}"#)), Err(VerifyError::WrongAlg), "{alg}");
        assert!(verify(&format!("{}.{payload}.", encode(header.to_string()))).is_err(), "{alg}, no signature");
    }
    // HS256 keyed with public data: the public key, as JWK, as one of its members.
    let rsa = record(SigningAlg::Rs256);
    let header = json!({ "alg": "HS256", "kid": rsa.kid, "typ": "at+jwt" }).to_string();
    for key in [rsa.public_jwk.to_string(), rsa.public_jwk["n"].as_str().unwrap().to_owned()] {
        let message = format!("{}.{payload}", encode(&header));
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key.as_bytes());
        let mac = encode(aws_lc_rs::hmac::sign(&key, message.as_bytes()));
        assert_eq!(verify(&format!("{message}.{mac}")), Err(VerifyError::WrongAlg));
    }
}

#[test]
fn a_foreign_key_or_another_kid_signs_nothing_here() {
    let random = SeededRandom::new(9);
    let foreign = generate(SigningAlg::Es256, &KEYRING.sealer, Timestamp(1), &random).unwrap();
    let foreign = foreign.activate(Timestamp(1)).unwrap();
    let other = Keyring::new(std::slice::from_ref(&foreign), &KEYRING.sealer);
    let token = other.sign(SigningAlg::Es256, "at+jwt", &json!({})).unwrap();
    assert_eq!(verify(&token), Err(VerifyError::UnknownKey));

    let (_, rest) = token.split_once('.').unwrap();
    assert_eq!(verify(&format!("{}.{rest}", encode(header().to_string()))), Err(VerifyError::Signature));
    let long = "k".repeat(10 * 1024);
    for kid in ["", "../../dev/null", "' OR 1=1--", long.as_str()] {
        let mut header = header();
        header["kid"] = kid.into();
        assert_eq!(verify(&signed(header.to_string(), "{}")), Err(VerifyError::UnknownKey));
    }
    let mut header = header();
    header["kid"] = "\0".into();
    assert_eq!(verify(&signed(header.to_string(), "{}")), Err(VerifyError::Header), "no text of ours holds NUL");
}

#[test]
fn a_header_with_anything_else_in_it_is_refused() {
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("jku", json!("https://evil.test/jwks")),
        ("jwk", record(SigningAlg::Es256).public_jwk),
        ("x5u", json!("https://evil.test/x5u")),
        ("zip", json!("DEF")),
    ] {
        let mut header = header();
        header[name] = value;
        assert_eq!(verify(&signed(header.to_string(), "{}")), Err(VerifyError::Header), "{name}");
    }
    for missing in ["alg", "kid", "typ"] {
        let mut header = header();
        header[missing].take();
        assert_eq!(verify(&signed(header.to_string(), "{}")), Err(VerifyError::Header), "{missing}");
    }
    let twice = header().to_string().replacen('{', r#"{"alg":"none","#, 1);
    assert_eq!(verify(&signed(twice, "{}")), Err(VerifyError::Header));
    assert_eq!(verify(&signed(format!("\u{feff}{}", header()), "{}")), Err(VerifyError::Header));
}

#[test]
fn claims_must_read_in_one_way_only() {
    for claims in ["", "[]", "null", "\"text\"", r#"{"sub":"ana","sub":"eve"}"#, r#"{"exp":1e400}"#, "{}{}", "{\"a\":"]
    {
        assert_eq!(verify(&signed(header().to_string(), claims)), Err(VerifyError::Claims), "{claims}");
    }
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(verify(&signed(header().to_string(), deep)), Err(VerifyError::Claims));
}

#[test]
fn a_token_is_compact_and_spelt_in_one_way_only() {
    let whole = token(SigningAlg::Es256);
    let parts: Vec<&str> = whole.split('.').collect();
    let json = json!({ "protected": parts[0], "payload": parts[1], "signature": parts[2] }).to_string();
    let general = json!({ "payload": parts[1], "signatures": [{ "protected": parts[0], "signature": parts[2] }] });
    for wrong in [
        "",
        ".",
        "..",
        "...",
        "not a token",
        &json,
        &general.to_string(),
        &format!("{whole}."),
        &format!("{whole}.{}", parts[2]),
        &format!("{}.{}", parts[0], parts[1]),
        &format!("{}.{}.", parts[0], parts[1]),
        &format!("{}..{}", parts[0], parts[2]),
        &format!(".{}.{}", parts[1], parts[2]),
        &format!("{whole}="),
        &format!("{whole}=="),
        &format!(" {whole}"),
        &format!("{whole}\n"),
        &format!("{}.{} .{}", parts[0], parts[1], parts[2]),
        &whole.replace('.', "%2E"),
    ] {
        assert!(verify(wrong).is_err(), "{wrong}");
    }
    for cut in 0..whole.len() {
        assert!(verify(&whole[..cut]).is_err(), "cut to {cut}");
    }
}

#[test]
fn altered_spare_bits_are_refused() {
    // 64 bytes of signature leave four unused bits in the last character.
    let token = token(SigningAlg::Es256);
    let last = token.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let passing: Vec<char> =
        alphabet.chars().filter(|other| verify(&format!("{}{other}", &token[..token.len() - 1])).is_ok()).collect();
    assert_eq!(passing, [last]);
}

#[test]
fn degenerate_signatures_are_refused() {
    let token = token(SigningAlg::Es256);
    let (message, signature) = token.rsplit_once('.').unwrap();
    let right = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let order = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let zero_r = [&[0; 32], &right[32..]].concat();
    let zero_s = [&right[..32], &[0; 32]].concat();
    for wrong in [
        &[0; 64][..],
        &[0xff; 64],
        &[],
        &[1],
        &right[..63],
        &[&right[..], &[0]].concat(),
        &zero_r,
        &zero_s,
        &[&right[..32], &order, &order].concat(),
        &[0x30, 6, 2, 1, 0, 2, 1, 0],
    ] {
        assert_eq!(verify(&format!("{message}.{}", encode(wrong))), Err(VerifyError::Signature));
    }
    for alg in [SigningAlg::Rs256, SigningAlg::Ps256] {
        let token = self::token(alg);
        let (message, _) = token.rsplit_once('.').unwrap();
        for wrong in [&[0; 256][..], &[0xff; 256], &[0; 255], &[0; 257], &[1; 8000]] {
            assert_eq!(verify(&format!("{message}.{}", encode(wrong))), Err(VerifyError::Signature));
        }
    }
}

#[test]
fn a_huge_token_is_refused_unread() {
    assert_eq!(verify(&"a".repeat(100_000)), Err(VerifyError::TooLong));
    let claims = json!({ "a": "x".repeat(MAX_TOKEN) });
    let token = KEYRING.ring.sign(SigningAlg::Es256, "at+jwt", &claims).unwrap();
    assert_eq!(verify(&token), Err(VerifyError::TooLong));
}

#[test]
fn a_retired_key_verifies_and_a_pruned_one_does_not() {
    let token = token(SigningAlg::Es256);
    let mut records = KEYRING.records.clone();
    let place = records.iter().position(|record| record.alg == SigningAlg::Es256).unwrap();
    records[place] = records[place].clone().retire(Timestamp(2), Duration::from_mins(1)).unwrap();
    let retired = Keyring::new(&records, &KEYRING.sealer);
    assert!(retired.verify(&token, EXPECT).is_ok());
    assert!(matches!(retired.sign(SigningAlg::Es256, "at+jwt", &json!({})), Err(SignError::NoActiveKey(_))));
    assert_ne!(retired.jwks().etag, "");

    records.remove(place);
    let pruned = Keyring::new(&records, &KEYRING.sealer);
    assert_eq!(pruned.verify(&token, EXPECT), Err(VerifyError::UnknownKey));
    assert_ne!(pruned.jwks().etag, retired.jwks().etag);
}

#[test]
fn a_damaged_key_is_reported_and_the_others_work() {
    type Spoil = fn(&mut SigningKeyRecord);
    let damage: [(Spoil, bool); 6] = [
        (|record| record.sealed_private[20] ^= 1, true),
        (|record| record.sealed_private.clear(), true),
        (|record| record.sealed_private = self::record(SigningAlg::Rs256).sealed_private, true),
        (|record| record.kid.push('x'), false),
        (|record| record.public_jwk["x"] = record.public_jwk["y"].clone(), false),
        (|record| record.public_jwk = json!("gone"), false),
    ];
    for (spoil, still_published) in damage {
        let mut records = KEYRING.records.clone();
        let place = records.iter().position(|record| record.alg == SigningAlg::Es256).unwrap();
        let token = token(SigningAlg::Es256);
        spoil(&mut records[place]);
        let ring = Keyring::new(&records, &KEYRING.sealer);
        assert_eq!(ring.damaged().len(), 1);
        assert_eq!(ring.active_kid(SigningAlg::Es256), None);
        assert_eq!(ring.verify(&token, EXPECT).is_ok(), still_published, "{}", ring.damaged()[0]);
        assert!(ring.sign(SigningAlg::Rs256, "at+jwt", &json!({})).is_ok());
    }
}

#[test]
fn a_private_key_never_signs_for_another_public_key() {
    let random = SeededRandom::new(3);
    let other = generate(SigningAlg::Es256, &KEYRING.sealer, Timestamp(1), &random).unwrap();
    let mut swapped = record(SigningAlg::Es256);
    swapped.sealed_private = other.sealed_private;
    let ring = Keyring::new(&[swapped], &KEYRING.sealer);
    assert!(matches!(ring.damaged(), [DamagedKey { fault: KeyFault::Mismatch, .. }]));
}

#[test]
fn the_key_set_shows_public_members_only_and_every_key_once() {
    let random = SeededRandom::new(4);
    let next = generate(SigningAlg::Es256, &KEYRING.sealer, Timestamp(0), &random).unwrap();
    let mut records = vec![next];
    records.extend(KEYRING.records.clone());
    let ring = Keyring::new(&records, &KEYRING.sealer);
    let set: Value = serde_json::from_slice(&ring.jwks().body).unwrap();
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 5);
    assert_eq!(keys[4]["kid"], records[0].kid, "the key that does not sign yet comes last");
    for key in keys {
        let mut names: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        let expected = match key["kty"].as_str() {
            Some("EC") => vec!["alg", "crv", "kid", "kty", "use", "x", "y"],
            Some("OKP") => vec!["alg", "crv", "kid", "kty", "use", "x"],
            _ => vec!["alg", "e", "kid", "kty", "n", "use"],
        };
        assert_eq!(names, expected);
    }
    assert!(ring.jwks().etag.starts_with('"') && ring.jwks().etag.ends_with('"'));
    assert_eq!(ring.jwks().etag, Keyring::new(&records, &KEYRING.sealer).jwks().etag);
}
