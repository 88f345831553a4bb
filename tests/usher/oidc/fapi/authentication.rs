//! Client assertions of the profile.

use serde_json::{Value, json};

use super::{ANA, FapiClient, PAR, TOKEN};
use crate::harness::client_key::changed;
use crate::harness::relying_party::answer;
use crate::harness::server::TestServer;

/// The error of a token request and of a pushed request with these changes of the assertion; `"ok"` without one.
async fn errors(client: &FapiClient<'_>, changes: &Value) -> [String; 2] {
    let assertion = || client.key.token(&changed(client.server.assertion_claims(&client.client), changes));
    let code = client.code(&[]).await;
    let token = client.call(&client.code_form(&code), &assertion(), &client.proof(TOKEN)).await;
    let pushed = client.server.assert(PAR, &assertion(), &client.request(&[])).await;
    [token, pushed].map(|answer| {
        assert!(answer.error() == "ok" || answer.status == 401, "{answer:?}");
        answer.error().to_owned()
    })
}

/// CA-02: `ensure-client-assertion-with-aud-as-array-fails`, `-with-par-endpoint-aud-`, `-with-token-endpoint-aud-`,
/// `-with-wrong-aud-`
#[tokio::test]
async fn the_audience_is_the_issuer_as_a_text() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = FapiClient::new(&server).await;
    let (token, par) = (format!("{}{TOKEN}", server.url), format!("{}{PAR}", server.url));
    assert_eq!(errors(&client, &json!({"aud": server.url})).await, ["ok", "ok"]);
    for aud in [
        json!([server.url]),
        json!([server.url, token]),
        json!(token),
        json!(par),
        json!(format!("{}/", server.url)),
        json!("https://other.test"),
        Value::Null,
    ] {
        assert_eq!(errors(&client, &json!({ "aud": aud })).await, ["invalid_client", "invalid_client"], "{aud}");
    }
}

/// `ensure-client-assertion-with-exp-is-5-minutes-in-past-fails`, `-with-no-sub-fails`,
/// `ensure-client-assertion-with-iat-is-8-seconds-in-future-succeeds`, `-nbf-`, `-iat-is-61-…-fails`
#[tokio::test]
async fn the_times_and_names_of_an_assertion_are_checked() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let (client, now) = (FapiClient::new(&server).await, server.now().0);
    for good in [json!({"iat": now + 8}), json!({"nbf": now + 8}), json!({"iat": now + 8, "nbf": now + 8})] {
        assert_eq!(errors(&client, &good).await, ["ok", "ok"], "{good}");
    }
    for bad in [
        json!({"exp": now - 300}),
        json!({"iat": now + 61}),
        json!({"nbf": now + 61}),
        json!({"sub": null}),
        json!({"iss": null}),
        json!({"jti": null}),
    ] {
        assert_eq!(errors(&client, &bad).await, ["invalid_client", "invalid_client"], "{bad}");
    }
}

/// `ensure-client-assertion-in-token-endpoint`, `ensure-client-id-in-token-endpoint`
#[tokio::test]
async fn a_code_is_redeemed_by_its_client_that_proves_itself() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let (client, other) = (FapiClient::new(&server).await, FapiClient::new(&server).await);
    let code = client.code(&[]).await;
    let form: Vec<_> = client.code_form(&code).into_iter().chain([("client_id", client.id())]).collect();
    let request = || server.http.post(server.at(TOKEN)).header("dpop", client.proof(TOKEN));
    let refused = answer(request().form(&form)).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"));
    let refused = answer(request().basic_auth(client.id(), Some("secret")).form(&client.code_form(&code))).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"));
    assert_eq!(other.exchange(&code, &other.proof(TOKEN)).await.error(), "invalid_grant");
    let named = [("client_id", other.id())].into_iter().chain(client.code_form(&code)).collect::<Vec<_>>();
    assert_eq!(client.call(&named, &client.assertion(), &client.proof(TOKEN)).await.error(), "invalid_client");
    assert_eq!(client.exchange(&code, &client.proof(TOKEN)).await.status, 200);
}
