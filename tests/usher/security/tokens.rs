//! Forged and modified tokens: none is accepted.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::key::SigningAlg;
use usher_domain::oauth::client::ClientType;

use crate::harness::relying_party::{Answer, answer, payload};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

async fn scene() -> (TestServer, RegisteredClient, Answer) {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
    (server, client, tokens)
}

/// Asserts 401 `invalid_token` at userinfo, inactive at introspection, and that the server still works.
async fn assert_worthless(server: &TestServer, client: &RegisteredClient, token: &str, why: &str) {
    let person = server.userinfo(token).await;
    assert_eq!((person.status.as_u16(), person.error()), (401, "invalid_token"), "{why}");
    let answer = server.call(client, "/oauth2/introspect", &[("token", token)]).await;
    assert_eq!((answer.status.as_u16(), answer.json), (200, json!({"active": false})), "{why}");
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// JW-02, CA-01
#[tokio::test]
async fn a_header_that_is_not_ours_is_not_looked_behind() {
    let (server, client, tokens) = scene().await;
    let token = tokens.text("access_token");
    let parts: Vec<&str> = token.split('.').collect();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[0]).expect("base64url")).expect("JSON");
    let long = "k".repeat(10 * 1_024);
    for (name, value) in [
        ("kid", json!("../../dev/null")),
        ("kid", json!("' OR 1=1--")),
        ("kid", json!(long)),
        ("kid", json!(7)),
        ("kid", Value::Null),
        ("alg", json!("none")),
        ("alg", json!("None")),
        ("alg", json!("HS256")),
        ("alg", json!("RS256")),
        ("typ", json!("JWT")),
        ("crit", json!(["x"])),
        ("b64", json!(false)),
        ("jku", json!("https://evil.test/jwks")),
        ("jwk", json!({"kty": "oct", "k": "AA"})),
        ("zip", json!("DEF")),
    ] {
        let mut changed = header.clone();
        changed[name] = value.clone();
        let signed = format!("{}.{}.{}", part(&changed), parts[1], parts[2]);
        assert_worthless(&server, &client, &signed, &format!("{name}={value:.40}")).await;
        let unsigned = format!("{}.{}.", part(&changed), parts[1]);
        assert_worthless(&server, &client, &unsigned, &format!("{name}={value:.40}, unsigned")).await;
    }
    let mut without = header;
    without.as_object_mut().expect("an object").remove("kid");
    assert_worthless(&server, &client, &format!("{}.{}.{}", part(&without), parts[1], parts[2]), "no kid").await;
    assert_eq!(server.userinfo(&token).await.status, 200);
}

/// JW-04, JW-10
#[tokio::test]
async fn a_signature_that_is_not_ours_signs_nothing() {
    let (server, client, tokens) = scene().await;
    let token = tokens.text("access_token");
    let (message, signature) = token.rsplit_once('.').expect("a signature");
    let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let order = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";
    let order: Vec<u8> =
        (0..32).map(|n| u8::from_str_radix(&order[2 * n..2 * n + 2], 16).expect("hexadecimal")).collect();
    let mut flipped = signature.clone();
    flipped[40] ^= 1;
    for (bytes, why) in [
        (vec![0; 64], "r = s = 0"),
        ([order.clone(), order.clone()].concat(), "r = s = n"),
        ([order, signature[32..].to_vec()].concat(), "r = n"),
        (vec![0xff; 64], "r and s beyond n"),
        (signature[..63].to_vec(), "cut short"),
        ([signature.clone(), vec![0]].concat(), "a byte more"),
        (flipped, "a bit flipped"),
        (Vec::new(), "none"),
    ] {
        assert_worthless(&server, &client, &format!("{message}.{}", URL_SAFE_NO_PAD.encode(bytes)), why).await;
    }
    for spelt in [format!("{token}="), format!("{token}\u{200B}"), token.replace('.', ".."), format!("{token}.")] {
        let person = server.http.get(server.at("/oauth2/userinfo"));
        let person = person.header("authorization", format!("Bearer {spelt}").as_bytes()).send().await;
        assert!(person.expect("the server answers").status().is_client_error(), "{spelt}");
    }
}

/// JW-07
#[tokio::test]
async fn only_the_compact_form_is_read() {
    let (server, client, tokens) = scene().await;
    let token = tokens.text("access_token");
    let parts: Vec<&str> = token.split('.').collect();
    let flattened = json!({"protected": parts[0], "payload": parts[1], "signature": parts[2]}).to_string();
    let signature = json!({"protected": parts[0], "signature": parts[2]});
    let general = json!({"payload": parts[1], "signatures": [signature]}).to_string();
    let detached = format!("{}..{}", parts[0], parts[2]);
    for (odd, why) in [
        (flattened.as_str(), "flattened"),
        (&general, "general"),
        (&detached, "detached"),
        ("{}", "braces"),
        (&token.replace('.', ". "), "white space"),
        (&format!("{token}.{}.{}", parts[1], parts[2]), "five parts, as an encrypted one has"),
    ] {
        assert_worthless(&server, &client, odd, why).await;
    }
}

/// JW-05, JW-06: nothing is decrypted, derived or unpacked for a stranger.
#[tokio::test]
async fn an_encrypted_token_is_refused_wherever_tokens_are_read() {
    let (server, client, _) = scene().await;
    let zeros = URL_SAFE_NO_PAD.encode(vec![0; 6_000]);
    for header in [
        json!({"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2s": "AAAA", "p2c": 1_000_000_000}),
        json!({"alg": "dir", "enc": "A128GCM", "zip": "DEF"}),
        json!({"alg": "RSA1_5", "enc": "A128CBC-HS256"}),
        json!({"alg": "ECDH-ES", "enc": "A256GCM", "epk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}),
    ] {
        let token = format!("{}.AAAA.AAAA.{zeros}.AAAA", part(&header));
        assert_worthless(&server, &client, &token, &header.to_string()).await;
        for parameter in ["request", "id_token_hint"] {
            let url = server.authorize_url(&client, &[(parameter, &token), ("prompt", "none")]);
            let landing = server.browser().open(&url).await;
            assert!(
                landing.answer("error").is_some() && landing.answer("code").is_none(),
                "{parameter}: {}",
                landing.url
            );
        }
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &*token),
        ];
        let refused = answer(server.http.post(server.at("/oauth2/token")).form(&form)).await;
        assert_eq!(refused.error(), "invalid_client");
    }
}

/// HT-12
#[tokio::test]
async fn what_strangers_make_up_is_not_stored() {
    let (server, _, _) = scene().await;
    let rows = "select (select count(*) from event) + (select count(*) from throttle) + (select count(*) from house) \
                + (select count(*) from single_use)";
    let before = server.database.count(rows).await;
    for n in 0..150 {
        let url = server
            .at(&format!("/oauth2/authorize?client_id=made-up-{n}&ui_locales=x-{n}&scope=s{n}&response_type=r{n}"));
        let agent = format!("agent/{n}");
        let page = server.http.get(url).header("user-agent", &agent).header("accept", "text/html").send().await;
        assert!(page.expect("the server answers").status().is_client_error());
        let form =
            [("grant_type", "refresh_token"), ("refresh_token", &*agent), ("client_id", &format!("made-up-{n}"))];
        let refused = answer(server.http.post(server.at("/oauth2/token")).form(&form)).await;
        assert!(["invalid_client", "temporarily_unavailable"].contains(&refused.error()), "{refused:?}");
    }
    let after = server.database.count(rows).await;
    assert!(after - before < 20, "{} rows of 300 requests", after - before);
}

/// JW-08
#[tokio::test]
async fn one_kind_of_token_never_passes_for_another() {
    let (server, client, tokens) = scene().await;
    assert_worthless(&server, &client, &tokens.text("id_token"), "an ID token").await;
    let person = server.userinfo(&tokens.text("refresh_token")).await;
    assert_eq!(person.status, 401, "a refresh token");
    let mut claims = payload(&tokens.text("access_token"));
    claims["aud"] = json!(["https://other.test"]);
    let elsewhere = signed(&server, &claims);
    assert_worthless(&server, &client, &elsewhere, "for somebody else").await;
}

/// A token that this server signed, with claims of the test's choosing.
fn signed(server: &TestServer, claims: &Value) -> String {
    server.usher.signing_keys.keyring().sign(SigningAlg::Es256, "at+jwt", claims).expect("it can be signed")
}

/// JW-09
#[tokio::test]
async fn claims_are_held_to_their_types_even_under_our_own_signature() {
    let (server, client, tokens) = scene().await;
    let claims = payload(&tokens.text("access_token"));
    assert_eq!(server.userinfo(&signed(&server, &claims)).await.status, 200, "unchanged it is good");
    let iss = format!("{}/", server.url);
    for (name, value) in [
        ("exp", Value::Null),
        ("exp", json!("9999999999")),
        ("exp", json!(9_999_999_999.5)),
        ("exp", json!(1e300)),
        ("exp", json!(-1)),
        ("exp", json!(server.now().0)),
        ("exp", json!([9_999_999_999_i64])),
        ("iss", json!(iss)),
        ("iss", json!([server.url])),
        ("iss", Value::Null),
        ("aud", Value::Null),
        ("aud", json!([])),
        ("aud", json!([iss])),
        ("sub", Value::Null),
        ("client_id", json!("nobody")),
        ("jti", Value::Null),
        ("gid", json!("not a grant")),
        ("gid", json!("00000000-0000-0000-0000-000000000000")),
    ] {
        let mut changed = claims.clone();
        if value.is_null() {
            changed.as_object_mut().expect("an object").remove(name);
        } else {
            changed[name] = value.clone();
        }
        assert_worthless(&server, &client, &signed(&server, &changed), &format!("{name}={value}")).await;
    }
}

/// JW-09
#[tokio::test]
async fn deep_repeated_and_empty_claims_hurt_nobody() {
    let (server, client, tokens) = scene().await;
    let mut deep = Value::Null;
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let mut claims = payload(&tokens.text("access_token"));
    claims["deep"] = deep;
    assert_worthless(&server, &client, &signed(&server, &claims), "a hundred deep").await;
    assert_worthless(&server, &client, &signed(&server, &Value::Object(Map::new())), "empty").await;
    assert_worthless(&server, &client, &signed(&server, &json!([1, 2])), "a list").await;
    let nested = URL_SAFE_NO_PAD.encode("[".repeat(5_000));
    let header = tokens.text("access_token").split('.').next().expect("a header").to_owned();
    assert_worthless(&server, &client, &format!("{header}.{nested}.AA"), "brackets").await;
    assert_worthless(&server, &client, &format!("{nested}.{nested}.AA"), "brackets everywhere").await;
}
