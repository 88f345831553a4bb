//! Codes, tokens and the userinfo endpoint.

use reqwest::RequestBuilder;
use serde_json::json;

use super::party::{Mode, Party, server};
use crate::harness::relying_party::{answer, payload};
use crate::harness::server::TestServer;

/// RS256 unless the client says otherwise, with the id of a published key.
pub async fn oidcc_idtoken_signature(mode: Mode) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let tokens = party.flow(&mut server.browser(), &[]).await;
    assert!(server.is_published(&tokens.id_token).await);
}

/// Skipped by the suite, as `none` is not offered; a client cannot ask for it either.
pub async fn oidcc_idtoken_unsigned(mode: Mode) {
    let server = server().await;
    let metadata = answer(server.http.get(server.at("/.well-known/openid-configuration"))).await.json;
    let offered = metadata["id_token_signing_alg_values_supported"].as_array().expect("a list").clone();
    assert!(offered.contains(&json!("RS256")) && !offered.contains(&json!("none")), "{offered:?}");
    let client =
        json!({"client_name": "x", "redirect_uris": ["https://rp.test/cb"], "id_token_signed_response_alg": "none"});
    let url = server.at(&format!("/api/v1/projects/{}/clients", server.project));
    let body = json!({"type": "web", "metadata": client});
    let refused = answer(server.http.post(url).bearer_auth(&server.project_token).json(&body)).await;
    assert!(refused.status.is_client_error(), "{mode:?}: {refused:?}");
}

/// A presentation of the access token is answered with the person of the ID token.
async fn tells(mode: Mode, present: impl FnOnce(&TestServer, &str) -> RequestBuilder) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let tokens = party.flow(&mut server.browser(), &[("scope", "openid email")]).await;
    let told = answer(present(&server, &tokens.answer.text("access_token"))).await;
    assert_eq!(told.status, 200, "{told:?}");
    assert_eq!(told.headers["content-type"], "application/json");
    assert_eq!(told.json["sub"], tokens.claims["sub"]);
}

pub async fn oidcc_userinfo_get(mode: Mode) {
    tells(mode, |server, token| server.http.get(server.at("/oauth2/userinfo")).bearer_auth(token)).await;
}

pub async fn oidcc_userinfo_post_header(mode: Mode) {
    tells(mode, |server, token| server.http.post(server.at("/oauth2/userinfo")).bearer_auth(token)).await;
}

pub async fn oidcc_userinfo_post_body(mode: Mode) {
    tells(mode, |server, token| server.http.post(server.at("/oauth2/userinfo")).form(&[("access_token", token)])).await;
}

pub async fn oidcc_codereuse(mode: Mode) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let reply = party.authorize(&mut server.browser(), &[]).await;
    party.redeem(&reply).await;
    let again = party.present(reply.code(), &[]).await;
    assert_eq!((again.status.as_u16(), again.error()), (400, "invalid_grant"));
}

pub async fn oidcc_codereuse_30seconds(mode: Mode) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let reply = party.authorize(&mut server.browser(), &[]).await;
    let tokens = party.redeem(&reply).await;
    server.wait(30);
    let again = party.present(reply.code(), &[]).await;
    assert_eq!((again.status.as_u16(), again.error()), (400, "invalid_grant"));
    assert_eq!(server.userinfo(&tokens.answer.text("access_token")).await.status, 401);
}

/// With two clients: what is refreshed is about the same sign-in, and a refresh token belongs to its client.
pub async fn oidcc_refresh_token(mode: Mode) {
    let server = server().await;
    let (party, other) = (Party::new(&server, mode).await, Party::new(&server, mode).await);
    let offline = [("scope", "openid offline_access"), ("prompt", "consent")];
    let tokens = party.flow(&mut server.browser(), &offline).await;
    let theirs = other.flow(&mut server.browser(), &offline).await.answer.text("refresh_token");
    server.wait(2);
    let refreshed = server.refresh(&party.client, &tokens.answer.text("refresh_token")).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    assert_eq!(refreshed.headers["cache-control"], "no-store");
    assert!(refreshed.text("token_type").eq_ignore_ascii_case("bearer") && refreshed.json["expires_in"].is_u64());
    assert!(refreshed.text("access_token").len() >= 22 && refreshed.text("refresh_token").len() >= 22);
    let (before, after) = (&tokens.claims, payload(&refreshed.text("id_token")));
    for claim in ["iss", "sub", "aud", "azp", "auth_time"] {
        assert_eq!(after.get(claim), before.get(claim), "{claim}");
    }
    assert_eq!(after["iat"], server.now().0);
    let stolen = server.refresh(&party.client, &theirs).await;
    assert_eq!((stolen.status.as_u16(), stolen.error()), (400, "invalid_grant"));
}
