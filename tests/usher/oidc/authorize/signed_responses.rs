//! Signed authorization responses (JARM): one parameter, a JWT.

use std::collections::BTreeSet;

use serde_json::json;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use super::response_modes::{in_form, in_fragment};
use crate::harness::browser::Landing;
use crate::harness::relying_party::{header, payload};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

/// Names of the parameters in the query of the page that a browser reached.
fn names(landing: &Landing) -> Vec<String> {
    let url = url::Url::parse(&landing.url).expect("a URL");
    url.query_pairs().map(|(name, _)| name.into_owned()).collect()
}

async fn client(server: &TestServer, alg: Option<&str>) -> RegisteredClient {
    let alg = alg.map(str::to_owned);
    server.client(ClientType::Web, |client| client.authorization_signed_response_alg = alg).await
}

#[tokio::test]
async fn each_mode_carries_one_signed_parameter_whose_code_is_good() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let mut browser = server.browser();
    for (alg, signed_with) in
        [(None, "RS256"), (Some("ES256"), "ES256"), (Some("PS256"), "PS256"), (Some("EdDSA"), "EdDSA")]
    {
        let client = client(&server, alg).await;
        server.tokens(&mut browser, &client, ANA).await;
        for mode in ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"] {
            let landing = browser.open(&server.authorize_url(&client, &[("response_mode", mode)])).await;
            let jwt = match mode {
                "fragment.jwt" => in_fragment(&landing, "response"),
                "form_post.jwt" => in_form(&landing, "response"),
                _ => {
                    assert_eq!(names(&landing), ["response"], "{mode}");
                    landing.answer("response")
                }
            };
            let jwt = jwt.expect("a response");
            assert!(server.is_published(&jwt).await, "{mode}");
            assert_eq!((header(&jwt)["alg"].as_str(), header(&jwt)["typ"].as_str()), (Some(signed_with), Some("JWT")));
            let (claims, now) = (payload(&jwt), server.now().0);
            let names: BTreeSet<_> = claims.as_object().expect("claims").keys().map(String::as_str).collect();
            assert_eq!(names, BTreeSet::from(["aud", "code", "exp", "iat", "iss", "state"]), "{mode}");
            assert_eq!((&claims["iss"], &claims["aud"]), (&json!(server.url), &json!(client.client.id)));
            assert_eq!(
                (&claims["iat"], &claims["exp"], &claims["state"]),
                (&json!(now), &json!(now + 600), &json!("st4te"))
            );
            assert_eq!(server.exchange(&client, claims["code"].as_str().expect("a code")).await.status, 200);
        }
    }
}

#[tokio::test]
async fn errors_are_signed_as_well_also_those_of_a_person() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let (client, mut browser) = (client(&server, Some("ES256")).await, server.browser());
    server.tokens(&mut browser, &client, ANA).await;
    for (parameter, code) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("prompt", "none consent"), "invalid_request"),
        (("request", "e30"), "invalid_request_object"),
    ] {
        let landing = browser.open(&server.authorize_url(&client, &[parameter, ("response_mode", "jwt")])).await;
        assert_eq!(names(&landing), ["response"], "{parameter:?}");
        let jwt = landing.answer("response").expect("a response");
        assert!(server.is_published(&jwt).await);
        assert_eq!(
            (&payload(&jwt)["error"], &payload(&jwt)["state"]),
            (&json!(code), &json!("st4te")),
            "{parameter:?}"
        );
    }
    let consent = server.authorize_url(&client, &[("response_mode", "form_post.jwt"), ("prompt", "consent")]);
    for (decision, member) in [("deny", "error"), ("allow", "code")] {
        let page = browser.open(&consent).await;
        let jwt = in_form(&browser.submit(&page, &[("decision", decision)]).await, "response").expect("a response");
        assert!(payload(&jwt)[member].is_string(), "{decision}");
    }
}

/// JW-08
#[tokio::test]
async fn a_signed_response_passes_for_no_other_token() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let (client, mut browser) = (client(&server, None).await, server.browser());
    server.tokens(&mut browser, &client, ANA).await;
    let landing = browser.open(&server.authorize_url(&client, &[("response_mode", "jwt")])).await;
    let jwt = landing.answer("response").expect("a response");
    assert_eq!(server.userinfo(&jwt).await.status, 401);
    assert!(!server.is_active(&client, &jwt).await);
    let hinted = server.authorize_url(&client, &[("id_token_hint", &jwt), ("prompt", "none")]);
    assert_eq!(browser.open(&hinted).await.answer("error").as_deref(), Some("login_required"));
}
