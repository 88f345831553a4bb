//! FAPI-CIBA: clients with the profile `fapi2`. Tests name the modules of the OpenID Foundation's conformance suite that they
//! stand for.

use serde_json::{Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::ciba::CIBA_GRANT;
use usher_protocol::client::assertion::JWT_BEARER;
use usher_protocol::client::metadata::{ClientMetadata, SecurityProfile};

use super::{ANA, CIBA, use_ciba};
use crate::harness::client_key::{TestKey, changed};
use crate::harness::database::TestDatabase;
use crate::harness::relying_party::{Answer, answer, payload};
use crate::harness::server::TestServer;

const TOKEN: &str = "/oauth2/token";

/// A client of the profile, with the key of its assertions and requests, and that of its tokens.
struct FapiClient<'s> {
    server: &'s TestServer,
    client: RegisteredClient,
    key: TestKey,
    token_key: TestKey,
}

impl<'s> FapiClient<'s> {
    async fn new(server: &'s TestServer) -> Self {
        let key = TestKey::new("k1");
        let change = |client: &mut ClientMetadata| {
            use_ciba(client);
            client.security_profile = Some(SecurityProfile::Fapi2);
            client.id_token_signed_response_alg = "ES256".to_owned();
            client.backchannel_authentication_request_signing_alg = Some("ES256".to_owned());
        };
        let client = server.client_with_key(ClientType::Web, &key, change).await;
        Self { server, client, key, token_key: TestKey::new("d1") }
    }

    fn claims(&self, changes: &Value) -> Value {
        let now = self.server.now().0;
        let claims = json!({
            "iss": self.client.client.id.0, "aud": self.server.url, "exp": now + 300, "iat": now, "nbf": now,
            "jti": self.server.usher.core.random.handle(), "scope": "openid email offline_access", "login_hint": ANA,
            "binding_message": "W4SCT",
        });
        changed(claims, changes)
    }

    fn assertion(&self) -> String {
        self.key.token(&self.server.assertion_claims(&self.client))
    }

    async fn send(&self, form: &[(&str, &str)]) -> Answer {
        self.server.assert(CIBA, &self.assertion(), form).await
    }

    /// A signed request with these changes of its claims.
    async fn ask(&self, changes: &Value) -> Answer {
        self.send(&[("request", &self.key.token(&self.claims(changes)))]).await
    }

    async fn poll(&self, auth_req_id: &str, assertion: &str) -> Answer {
        let form = [
            ("grant_type", CIBA_GRANT),
            ("auth_req_id", auth_req_id),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion),
        ];
        let proof = self.token_key.proof(self.server, "POST", TOKEN, &json!({}));
        answer(self.server.http.post(self.server.at(TOKEN)).header("dpop", proof).form(&form)).await
    }
}

async fn server() -> TestServer {
    let server = TestServer::on(TestDatabase::sqlite().await, &[("limits.ciba", "off")]).await;
    server.user(ANA).await;
    server
}

/// `fapi-ciba-id1`, `-refresh-token`, `-ensure-other-scope-order-succeeds`,
/// `-ensure-authorization-request-with-binding-message-succeeds`, `-ensure-requested-expiry-as-string-succeeds`
#[tokio::test]
async fn a_signed_request_leads_to_bound_tokens() {
    let server = server().await;
    let client = FapiClient::new(&server).await;
    for changes in [
        json!({}),
        json!({"scope": "offline_access email openid"}),
        json!({"binding_message": "1234"}),
        json!({"requested_expiry": 300}),
        json!({"requested_expiry": "300"}),
        json!({"aud": [server.url, "https://other.test"]}),
    ] {
        let asked = client.ask(&changes).await;
        assert_eq!(asked.status, 200, "{changes}: {asked:?}");
        let id = asked.text("auth_req_id");
        assert_eq!(client.poll(&id, &client.assertion()).await.error(), "authorization_pending");
        server.browser().answer_request("allow").await;
        server.wait(5);
        let tokens = client.poll(&id, &client.assertion()).await;
        assert_eq!((tokens.error(), tokens.text("token_type").as_str()), ("ok", "DPoP"), "{changes}");
        assert_eq!(payload(&tokens.text("access_token"))["cnf"]["jkt"], client.token_key.thumbprint());
        assert!(tokens.json["refresh_token"].is_string());
        if changes["requested_expiry"].is_null() {
            assert_eq!(asked.json["expires_in"], 600);
        } else {
            assert_eq!(asked.json["expires_in"], 300);
        }
        let again = client.poll(&id, &client.assertion()).await;
        assert_eq!(again.error(), "invalid_grant", "at once, as with codes of this profile");
        assert_eq!(server.database.count("select count(*) from grants where revoked_at is null").await, 0);
    }
}

/// `-ensure-request-object-missing-aud-fails`, `-missing-exp-`, `-missing-iat-`, `-missing-iss-`, `-missing-jti-`,
/// `-missing-nbf-`, `-bad-aud-`, `-bad-iss-`, `-expired-exp-`, `-exp-is-70-minutes-in-future-`,
/// `-nbf-is-10-minutes-in-future-`, `-nbf-is-70-minutes-in-past-`,
/// `-ensure-authorization-request-with-multiple-hints-fails`, `-ensure-authorization-request-without-binding-message-fails`
#[tokio::test]
async fn every_claim_of_a_request_is_required_and_checked() {
    let server = server().await;
    let (client, now) = (FapiClient::new(&server).await, server.now().0);
    for changes in [
        json!({"aud": null}),
        json!({"exp": null}),
        json!({"iat": null}),
        json!({"iss": null}),
        json!({"jti": null}),
        json!({"nbf": null}),
        json!({"aud": "https://other.test"}),
        json!({"aud": format!("{}{CIBA}", server.url)}),
        json!({"iss": "other"}),
        json!({"exp": now - 300}),
        json!({"exp": now + 4_200}),
        json!({"nbf": now + 600}),
        json!({"nbf": now - 4_200}),
        json!({"sub": client.client.client.id.0}),
        json!({"id_token_hint": "a.b.c"}),
        json!({"login_hint": null}),
        json!({"binding_message": null}),
    ] {
        let refused = client.ask(&changes).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_request"), "{changes}");
    }
    let long = format!("1234 👍🏿 品川 {}", "Lorem ipsum dolor sit amet ".repeat(16));
    assert_eq!(client.ask(&json!({"binding_message": long})).await.error(), "invalid_binding_message");
    assert!(server.emails().await.is_empty(), "nobody was asked");
}

/// `-ensure-request-object-signature-algorithm-is-none-fails`, `-is-RS256-`, `-is-bad-`,
/// `-ensure-request-object-signed-by-other-client-fails`, `-ensure-unsigned-backchannel-authorization-request-fails`
#[tokio::test]
async fn a_request_is_signed_by_its_client_and_stands_alone() {
    let server = server().await;
    let (client, other) = (FapiClient::new(&server).await, FapiClient::new(&server).await);
    let claims = client.claims(&json!({}));
    let good = client.key.token(&claims);
    let (message, _) = good.rsplit_once('.').expect("a token");
    let none = client.key.sign(&json!({"alg": "none"}), &claims);
    let renamed = |alg: &str| client.key.sign(&json!({"alg": alg, "kid": "k1"}), &claims);
    let (rs256, ps256) = (renamed("RS256"), renamed("PS256"));
    let foreign = other.key.token(&claims);
    let unsigned = format!("{message}.");
    for object in [&none, &rs256, &ps256, &foreign, &unsigned, message, "x"] {
        let refused = client.send(&[("request", object)]).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_request"), "{object:.40}");
    }
    let plain = [("scope", "openid"), ("login_hint", ANA), ("binding_message", "W4SCT")];
    assert_eq!(client.send(&plain).await.error(), "invalid_request", "it is not signed");
    let beside = [("request", &*good), ("scope", "openid")];
    assert_eq!(client.send(&beside).await.error(), "invalid_request", "a parameter stands beside it");
    let assertion = client.assertion();
    assert_eq!(client.send(&[("request", &assertion)]).await.error(), "invalid_request", "an assertion is no request");
    assert_eq!(client.send(&[("request", &good)]).await.status, 200);
    assert_eq!(client.send(&[("request", &good)]).await.error(), "invalid_request", "it was used");
}

/// `-ensure-without-client-assertion-in-backchannel-authorization-request-fails`, `-in-token-endpoint-`,
/// `-ensure-client-assertion-signature-algorithm-in-backchannel-authorization-request-is-RS256-fails`,
/// `-ensure-wrong-client-id-in-token-endpoint-request`, `-ensure-wrong-auth-req-id-in-token-endpoint-request`
#[tokio::test]
async fn the_client_proves_itself_at_both_endpoints() {
    let server = server().await;
    let (client, other) = (FapiClient::new(&server).await, FapiClient::new(&server).await);
    let object = client.key.token(&client.claims(&json!({})));
    let form = [("client_id", &*client.client.client.id.0), ("request", &*object)];
    let refused = answer(server.http.post(server.at(CIBA)).form(&form)).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"));
    let claims = server.assertion_claims(&client.client);
    let rs256 = client.key.sign(&json!({"alg": "RS256", "kid": "k1"}), &claims);
    let refused = server.assert(CIBA, &rs256, &[("request", &object)]).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"));
    let id = client.ask(&json!({})).await.text("auth_req_id");
    server.browser().answer_request("allow").await;
    assert_eq!(other.poll(&id, &other.assertion()).await.error(), "invalid_grant", "it was issued to another client");
    assert_eq!(client.poll(&id, &rs256).await.error(), "invalid_client");
    let form = [("grant_type", CIBA_GRANT), ("auth_req_id", &*id), ("client_id", &client.client.client.id.0)];
    assert_eq!(answer(server.http.post(server.at(TOKEN)).form(&form)).await.error(), "invalid_client");
    assert_eq!(client.poll(&id, &client.assertion()).await.status, 200);
}

/// `-user-rejects-authentication`, `-auth-req-id-expired`, `-multiple-call-to-token-endpoint`
#[tokio::test]
async fn the_client_learns_what_happened() {
    let server = server().await;
    let client = FapiClient::new(&server).await;
    let denied = client.ask(&json!({})).await.text("auth_req_id");
    server.browser().answer_request("deny").await;
    assert_eq!(client.poll(&denied, &client.assertion()).await.error(), "access_denied");
    let expired = client.ask(&json!({"requested_expiry": 30})).await.text("auth_req_id");
    for error in ["authorization_pending", "slow_down", "slow_down"] {
        assert_eq!(client.poll(&expired, &client.assertion()).await.error(), error);
    }
    server.wait(30);
    assert_eq!(client.poll(&expired, &client.assertion()).await.error(), "expired_token");
}

/// `-discovery-end-point-verification`
#[tokio::test]
async fn discovery_announces_what_is_offered() {
    let server = server().await;
    let document = answer(server.http.get(server.at("/.well-known/openid-configuration"))).await.json;
    assert_eq!(document["backchannel_authentication_endpoint"], format!("{}{CIBA}", server.url));
    assert_eq!(document["backchannel_token_delivery_modes_supported"], json!(["poll", "ping"]));
    assert_eq!(document["backchannel_user_code_parameter_supported"], false);
    let algs = document["backchannel_authentication_request_signing_alg_values_supported"].as_array().expect("a list");
    assert!(algs.contains(&json!("PS256")) && algs.contains(&json!("ES256")) && !algs.contains(&json!("none")));
    assert!(document["grant_types_supported"].as_array().expect("a list").contains(&json!(CIBA_GRANT)));
}
