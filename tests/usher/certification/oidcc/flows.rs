//! Requests that succeed, whatever they hold.

use super::party::{Mode, PERSON, Party, server};
use crate::harness::relying_party::{CHALLENGE, VERIFIER, answer};

/// A flow with these changes of the request succeeds.
async fn succeeds(mode: Mode, changes: &[(&str, &str)]) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let tokens = party.flow(&mut server.browser(), changes).await;
    party.userinfo(&tokens).await;
}

pub async fn oidcc_server(mode: Mode) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let reply = party.authorize(&mut server.browser(), &[]).await;
    assert!(reply.signed_in && reply.consented);
    let tokens = party.redeem(&reply).await;
    assert!(server.is_published(&tokens.id_token).await);
    tokens.assert_bare();
    party.userinfo(&tokens).await;
}

pub async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow(mode: Mode) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let reply = party.authorize(&mut server.browser(), &[("nonce", "")]).await;
    let tokens = party.present(reply.code(), &[]).await;
    let tokens = party.check(tokens, &serde_json::Value::Null);
    assert!(tokens.claims.get("nonce").is_none());
}

pub async fn oidcc_alternate_happy_flow(mode: Mode) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let mut pairs = party.request(&[("scope", "email openid")]);
    pairs.reverse();
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let mut browser = server.browser();
    let page = browser.open(&format!("{}?{query}", server.at("/oauth2/authorize"))).await;
    let reply = party.go_on(&mut browser, page).await;
    let tokens = party.redeem(&reply).await;
    assert_eq!(party.userinfo(&tokens).await["email"], PERSON);
}

pub async fn oidcc_display_page(mode: Mode) {
    succeeds(mode, &[("display", "page")]).await;
}

pub async fn oidcc_display_popup(mode: Mode) {
    succeeds(mode, &[("display", "popup")]).await;
}

pub async fn oidcc_ensure_request_with_unknown_parameter_succeeds(mode: Mode) {
    succeeds(mode, &[("extra", "foobar")]).await;
}

pub async fn oidcc_login_hint(mode: Mode) {
    succeeds(mode, &[("login_hint", "buffy@localhost")]).await;
}

pub async fn oidcc_ui_locales(mode: Mode) {
    succeeds(mode, &[("ui_locales", "se")]).await;
}

pub async fn oidcc_claims_locales(mode: Mode) {
    succeeds(mode, &[("claims_locales", "se")]).await;
}

/// An `acr` of those that the metadata name.
pub async fn oidcc_ensure_request_with_acr_values_succeeds(mode: Mode) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let metadata = answer(server.http.get(server.at("/.well-known/openid-configuration"))).await.json;
    let offered: Vec<_> =
        metadata["acr_values_supported"].as_array().expect("a list").iter().filter_map(|acr| acr.as_str()).collect();
    let tokens = party.flow(&mut server.browser(), &[("acr_values", &offered.join(" "))]).await;
    assert!(tokens.claims["acr"].as_str().is_some_and(|acr| offered.contains(&acr)), "{}", tokens.claims);
}

pub async fn oidcc_ensure_post_request_succeeds(mode: Mode) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let pairs: Vec<_> =
        party.request(&[]).iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut browser = server.browser();
    let page = browser.post(&server.at("/oauth2/authorize"), &pairs).await;
    let reply = party.go_on(&mut browser, page).await;
    party.redeem(&reply).await;
}

pub async fn oidcc_server_client_secret_post(mode: Mode) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let reply = party.authorize(&mut server.browser(), &[]).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", reply.code()),
        ("redirect_uri", crate::harness::relying_party::CALLBACK),
        ("client_id", &party.client.client.id.0),
        ("client_secret", party.client.secret.as_deref().expect("a secret")),
    ];
    let answer = answer(server.http.post(server.at("/oauth2/token")).form(&form)).await;
    let nonce = serde_json::json!(party.request(&[]).iter().find(|(name, _)| *name == "nonce").map(|(_, nonce)| nonce));
    party.check(answer, &nonce);
}

pub async fn oidcc_ensure_request_with_valid_pkce_succeeds(mode: Mode) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let reply = party.authorize(&mut server.browser(), &pkce).await;
    let tokens = party.present(reply.code(), &[("code_verifier", VERIFIER)]).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
}
