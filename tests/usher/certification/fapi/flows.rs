//! Flows that succeed, and one that the person ends.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::{FapiClient, PERSON, Variant, server};
use crate::harness::relying_party::{CALLBACK, answer, payload};

/// `https` is that of an issuer in production.
pub async fn discovery_end_point_verification(variant: Variant) {
    let server = server().await;
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
        let metadata = answer(server.http.get(server.at(path))).await.json;
        let has = |member: &str, any: &[&str]| {
            let all = metadata[member].as_array().unwrap_or_else(|| panic!("{variant:?}: no {member}"));
            any.iter().any(|value| all.contains(&json!(value)))
        };
        assert!(metadata["pushed_authorization_request_endpoint"].is_string());
        assert!(metadata["require_pushed_authorization_requests"].is_boolean());
        assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
        assert!(
            has("code_challenge_methods_supported", &["S256"]) && !has("code_challenge_methods_supported", &["plain"])
        );
        assert!(
            has("response_types_supported", &["code"])
                && has("token_endpoint_auth_methods_supported", &["private_key_jwt"])
        );
        for member in [
            "id_token_signing_alg_values_supported",
            "token_endpoint_auth_signing_alg_values_supported",
            "dpop_signing_alg_values_supported",
            "request_object_signing_alg_values_supported",
            "authorization_signing_alg_values_supported",
        ] {
            assert!(has(member, &["PS256", "ES256", "EdDSA", "Ed25519"]) && !has(member, &["none"]), "{member}");
        }
        assert!(has("response_modes_supported", &["jwt"]) && has("grant_types_supported", &["refresh_token"]));
    }
}

/// With two clients; the second has a query in its redirect URI and a state of 128 characters.
pub async fn happy_flow(variant: Variant) {
    let server = server().await;
    let state = "aZ09-._~".repeat(16);
    for (redirect_uri, state) in [(CALLBACK, "st4te"), ("https://rp.test/cb?dummy1=lorem&dummy2=ipsum", state.as_str())]
    {
        let client = FapiClient::at(&server, variant, redirect_uri).await;
        let pushed = client.push(&[("state", state)]).await;
        assert!(pushed.json["expires_in"].as_i64().is_some_and(|seconds| (5..600).contains(&seconds)), "{pushed:?}");
        assert!(pushed.text("request_uri").len() >= 43 + "urn:ietf:params:oauth:request_uri:".len(), "256 random bits");
        let landing = server.browser().go_through(&client.address(&pushed.text("request_uri")), PERSON).await;
        let reply = client.read(&landing);
        assert_eq!(reply.get("state").map(String::as_str), Some(state));
        let tokens = client.redeem(&reply["code"]).await;
        let (id_token, access) = (tokens.text("id_token"), tokens.text("access_token"));
        assert!(server.is_published(&id_token).await);
        let claims = payload(&id_token);
        assert_eq!((&claims["nonce"], claims.get("email"), claims.get("name")), (&json!("n0nce"), None, None));
        let told = client.call(&access, &json!({})).await;
        assert_eq!((told.status.as_u16(), &told.json["sub"]), (200, &claims["sub"]));
        assert!(told.headers.contains_key("date"));
        let in_url = server.http.get(format!("{}?access_token={access}", server.at("/oauth2/userinfo")));
        assert_eq!(answer(in_url).await.status, 401);
    }
}

pub async fn user_rejects_authentication(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let (mut browser, uri) = (server.browser(), client.push(&[]).await.text("request_uri"));
    let page = browser.open(&client.address(&uri)).await;
    let consent = browser.sign_in(&page, PERSON).await;
    let reply = client.read(&browser.submit(&consent, &[("decision", "deny")]).await);
    assert_eq!(reply.get("error").map(String::as_str), Some("access_denied"));
    assert_eq!(reply.get("state").map(String::as_str), Some("st4te"));
}

/// What a request has or lacks comes back as it was: the state in the response, the nonce in the ID token.
async fn returns(variant: Variant, changes: &[(&str, &str)]) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let reply = client.authorize(&mut server.browser(), changes).await;
    let sent = |name: &str, usual: &str| {
        let value = changes.iter().find(|(changed, _)| *changed == name).map_or(usual, |(_, value)| value);
        Some(value.to_owned()).filter(|value| !value.is_empty())
    };
    assert_eq!(reply.get("state").cloned(), sent("state", "st4te"));
    let id_token = payload(&client.redeem(&reply["code"]).await.text("id_token"));
    assert_eq!(id_token["nonce"].as_str().map(str::to_owned), sent("nonce", "n0nce"));
}

pub async fn ensure_authorization_request_without_state_success(variant: Variant) {
    returns(variant, &[("state", "")]).await;
}

pub async fn ensure_authorization_request_without_nonce_success(variant: Variant) {
    returns(variant, &[("nonce", "")]).await;
}

pub async fn ensure_authorization_request_with_64_char_nonce_success(variant: Variant) {
    returns(variant, &[("nonce", &"n".repeat(64))]).await;
}

pub async fn ensure_authorization_request_with_long_nonce(variant: Variant) {
    returns(variant, &[("nonce", &"n".repeat(384))]).await;
}

pub async fn ensure_authorization_request_with_long_state(variant: Variant) {
    returns(variant, &[("state", &"s".repeat(384))]).await;
}

pub async fn ensure_other_scope_order_succeeds(variant: Variant) {
    returns(variant, &[("scope", "offline_access email openid")]).await;
}

/// Every claim of the metadata that says something about the person is told if it is asked for; others are ignored.
pub async fn test_claims_parameter_identity_claims(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let metadata = answer(server.http.get(server.at("/.well-known/openid-configuration"))).await.json;
    let about_the_token =
        ["iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid", "sub", "roles"];
    let asked: BTreeSet<_> =
        metadata["claims_supported"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    let asked: BTreeSet<_> = asked.into_iter().filter(|name| !about_the_token.contains(name)).collect();
    assert!(asked.len() >= 18, "{asked:?}");
    let mut wanted: serde_json::Map<String, Value> =
        asked.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    wanted.insert("hpjcy_unknown".to_owned(), json!({"essential": true}));
    let claims = json!({"id_token": wanted, "userinfo": wanted, "elsewhere": {"x": null}}).to_string();
    let reply = client.authorize(&mut server.browser(), &[("claims", &claims)]).await;
    let tokens = client.redeem(&reply["code"]).await;
    let id_token = payload(&tokens.text("id_token"));
    let told = client.call(&tokens.text("access_token"), &json!({})).await.json;
    for name in asked {
        assert!(id_token.get(name).is_some() && told.get(name).is_some(), "{name}: {id_token} {told}");
    }
}
