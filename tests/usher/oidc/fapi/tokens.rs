//! Codes and tokens of the profile.

use serde_json::json;

use super::{ANA, FapiClient, PAR, TOKEN};
use crate::harness::client_key::TestKey;
use crate::harness::database::TestDatabase;
use crate::harness::relying_party::{VERIFIER, answer, payload};
use crate::harness::server::TestServer;

/// `ensure-holder-of-key-required`
#[tokio::test]
async fn tokens_are_issued_to_a_proven_key_only() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = FapiClient::new(&server).await;
    let code = client.code(&[]).await;
    let refused = client.exchange(&code, "").await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_dpop_proof"));
    let tokens = client.exchange(&code, &client.proof(TOKEN)).await;
    assert_eq!(payload(&tokens.text("access_token"))["cnf"]["jkt"], json!(client.token_key.thumbprint()));
    let form = [("grant_type", "refresh_token"), ("refresh_token", &tokens.text("refresh_token"))];
    assert_eq!(client.call(&form, &client.assertion(), "").await.error(), "invalid_dpop_proof");
    let machine = [("grant_type", "client_credentials")];
    assert_eq!(client.call(&machine, &client.assertion(), &client.proof(TOKEN)).await.error(), "unauthorized_client");
}

/// `attempt-reuse-authorization-code-after-one-second`
#[tokio::test]
async fn a_code_is_good_once_and_its_second_use_ends_the_tokens() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = FapiClient::new(&server).await;
    let code = client.code(&[]).await;
    let tokens = client.exchange(&code, &client.proof(TOKEN)).await;
    server.wait(11);
    let again = client.exchange(&code, &client.proof(TOKEN)).await;
    assert_eq!((again.status.as_u16(), again.error()), (400, "invalid_grant"));
    assert_eq!(client.userinfo(&tokens.text("access_token"), "DPoP", &json!({})).await.status, 401);
}

/// `ensure-authorization-code-expires-within-60-seconds`, whatever the installation allows
#[tokio::test]
async fn a_code_expires_after_a_minute() {
    let server = TestServer::on(TestDatabase::sqlite().await, &[("tokens.code_ttl", "10m")]).await;
    server.user(ANA).await;
    let client = FapiClient::new(&server).await;
    let (in_time, late) = (client.code(&[]).await, client.code(&[]).await);
    server.wait(59);
    assert_eq!(client.exchange(&in_time, &client.proof(TOKEN)).await.status, 200);
    server.wait(1);
    assert_eq!(client.exchange(&late, &client.proof(TOKEN)).await.error(), "invalid_grant");
    let plain = server.client(usher_domain::oauth::client::ClientType::Web, |_| {}).await;
    let code = server.browser().go_through(&server.authorize_url(&plain, &[]), ANA).await.code();
    server.wait(120);
    assert_eq!(server.exchange(&plain, &code).await.status, 200, "other clients have the time of the installation");
}

/// `refresh-token`: the former token works after a lost answer, however late
#[tokio::test]
async fn refresh_tokens_are_not_rotated_and_belong_to_their_client() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let (client, other) = (FapiClient::new(&server).await, FapiClient::new(&server).await);
    let first = client.tokens().await.text("refresh_token");
    for _ in 0..3 {
        let refreshed = client.refresh(&first).await;
        assert_eq!(refreshed.status, 200, "{refreshed:?}");
        assert_eq!(refreshed.text("refresh_token"), first);
        assert_eq!(client.userinfo(&refreshed.text("access_token"), "DPoP", &json!({})).await.status, 200);
        server.wait(3_600);
    }
    assert_eq!(other.refresh(&first).await.error(), "invalid_grant");
}

/// `dpop-…-mismatched-dpop-jkt`, `-par-binding`, `-authorization-code-binding`
#[tokio::test]
async fn a_code_is_bound_to_the_key_of_the_pushed_request() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let (client, other) = (FapiClient::new(&server).await, TestKey::new("d2"));
    let (jkt, wrong) = (client.token_key.thumbprint(), other.thumbprint());
    let push = async |changes: &[(&str, &str)]| {
        let form = client.request(changes);
        let assertion = client.assertion();
        let proves = [
            ("client_assertion_type", usher_protocol::client::assertion::JWT_BEARER),
            ("client_assertion", assertion.as_str()),
        ];
        let form: Vec<_> = form.into_iter().chain(proves).collect();
        answer(server.http.post(server.at(PAR)).header("dpop", client.proof(PAR)).form(&form)).await
    };
    assert_eq!(push(&[("dpop_jkt", &wrong)]).await.error(), "invalid_dpop_proof");
    assert_eq!(push(&[("dpop_jkt", &jkt)]).await.status, 201);
    for uri in [push(&[]).await.text("request_uri"), client.push(&[("dpop_jkt", &jkt)]).await.text("request_uri")] {
        let code = server.browser().go_through(&client.address(&uri), ANA).await.code();
        let of_other = other.proof(&server, "POST", TOKEN, &json!({}));
        assert_eq!(client.exchange(&code, &of_other).await.error(), "invalid_grant");
        assert_eq!(client.exchange(&code, &client.proof(TOKEN)).await.status, 200);
    }
}

/// `access-token-type-header-case-sensitivity`, `check-dpop-proof-nbf-exp`, `dpop-negative-tests`
#[tokio::test]
async fn a_resource_takes_a_token_with_its_proof_in_any_spelling_of_the_scheme() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = FapiClient::new(&server).await;
    let (token, now) = (client.tokens().await.text("access_token"), server.now().0);
    for scheme in ["DPoP", "dpop", "dPOp"] {
        assert_eq!(client.userinfo(&token, scheme, &json!({})).await.status, 200, "{scheme}");
    }
    for good in
        [json!({"nbf": now, "exp": now + 60}), json!({"iat": now - 10}), json!({"iat": now + 10}), json!({"x": 1})]
    {
        assert_eq!(client.userinfo(&token, "DPoP", &good).await.status, 200, "{good}");
    }
    let url = format!("{}/oauth2/userinfo", server.url);
    for htu in [format!("{url}?a=b#c"), url.to_uppercase().replace("/OAUTH2/USERINFO", "/oauth2/userinfo")] {
        assert_eq!(client.userinfo(&token, "DPoP", &json!({ "htu": htu })).await.status, 200, "{htu}");
    }
    for bad in [
        json!({"iat": now - 3_600}),
        json!({"iat": now + 3_600}),
        json!({"htm": "POST"}),
        json!({"htu": format!("{}{TOKEN}", server.url)}),
        json!({"ath": null}),
        json!({"jti": null}),
    ] {
        let refused = client.userinfo(&token, "DPoP", &bad).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_dpop_proof"), "{bad}");
    }
    assert_eq!(client.userinfo(&token, "Bearer", &json!({})).await.error(), "invalid_token");
    assert_eq!(answer(server.http.get(&url).bearer_auth(&token)).await.status, 401);
}

/// `ensure-pkce-code-verifier-required`, `incorrect-pkce-code-verifier-rejected`
#[tokio::test]
async fn the_verifier_is_required_and_checked() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = FapiClient::new(&server).await;
    let code = client.code(&[]).await;
    for verifier in [None, Some("x".repeat(43))] {
        let form = client.code_form(&code).into_iter().filter(|(name, _)| *name != "code_verifier");
        let form: Vec<_> = form.chain(verifier.as_deref().map(|text| ("code_verifier", text))).collect();
        let refused = client.call(&form, &client.assertion(), &client.proof(TOKEN)).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_grant"), "{VERIFIER} is the right one");
    }
}
