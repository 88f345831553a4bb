//! Access and refresh tokens that are bound to a certificate (RFC 8705 §3 and §4).

use serde_json::{Value, json};
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::{AuthMethod, ClientMetadata, SecurityProfile};

use super::{ANA, Installation, MACHINE, cnf, post, resource};
use crate::apis::{ORDERS, scope, settings};
use crate::harness::certificates::{CertificateRequest, SHOP_DN, TestCertificate};
use crate::harness::client_key::TestKey;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, CALLBACK, CHALLENGE, VERIFIER};
use usher_protocol::token_exchange::{ACCESS_TOKEN_TYPE, TOKEN_EXCHANGE_GRANT};

fn bound(client: &mut ClientMetadata) {
    client.tls_client_certificate_bound_access_tokens = true;
}

fn code_form(code: &str) -> [(&str, &str); 4] {
    [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)]
}

on_both_databases! {
    async fn a_bound_token_works_only_with_its_certificate(db: TestDatabase) {
        let installation = Installation::on(db).await;
        let (server, own) = (&installation.server, installation.issued());
        server.user(ANA).await;
        let client = installation.client(ClientType::Web, bound).await;
        let code = server.browser().go_through(&server.authorize_url(&client, &[]), ANA).await.code();
        let tokens = post(server, &client, "/oauth2/token", &code_form(&code), Some(&own)).await;
        assert_eq!((tokens.status.as_u16(), tokens.text("token_type")), (200, "Bearer".into()), "{tokens:?}");
        let token = tokens.text("access_token");
        assert_eq!(cnf(&token), json!({"x5t#S256": own.thumbprint()}));
        assert_eq!(resource(server, "/oauth2/userinfo", &token, Some(&own)).await.status, 200);
        let other = installation.issued();
        for stranger in [None, Some(&other)] {
            let refused = resource(server, "/oauth2/userinfo", &token, stranger).await;
            assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_token"));
        }
        // A proof of some key is no substitute.
        let key = TestKey::new("k1");
        let proof = key.proof(server, "GET", "/oauth2/userinfo", &json!({"ath": usher_protocol::dpop::access_token_hash(&token)}));
        let request = server.http.get(server.at("/oauth2/userinfo")).header("authorization", format!("DPoP {token}"));
        let refused = request.header("dpop", proof).header("client-cert", own.header()).send().await.unwrap();
        assert_eq!(refused.status(), 401);
        let told = post(server, &client, "/oauth2/introspect", &[("token", &token)], Some(&own)).await;
        assert_eq!((&told.json["cnf"], &told.json["token_type"]), (&json!({"x5t#S256": own.thumbprint()}), &json!("Bearer")));
        // A client that authenticates may renew its certificate: the new token is bound to the new one (RFC 8705 §7.1).
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", &*tokens.text("refresh_token"))];
        let renewed = post(server, &client, "/oauth2/token", &refresh, Some(&other)).await;
        assert_eq!(cnf(&renewed.text("access_token")), json!({"x5t#S256": other.thumbprint()}));
    }

    async fn the_refresh_token_of_a_public_client_is_bound_too(db: TestDatabase) {
        let installation = Installation::on(db).await;
        let server = &installation.server;
        server.user(ANA).await;
        let client = server.client(ClientType::Spa, bound).await;
        let own = TestCertificate::self_signed(&CertificateRequest::default());
        let code = server.browser().go_through(&server.authorize_url(&client, &[]), ANA).await.code();
        let without = post(server, &client, "/oauth2/token", &code_form(&code), None).await;
        assert_eq!((without.status.as_u16(), without.error()), (400, "invalid_request"));
        let tokens = post(server, &client, "/oauth2/token", &code_form(&code), Some(&own)).await;
        let token = tokens.text("refresh_token");
        let told = post(server, &client, "/oauth2/token", &[("grant_type", "refresh_token"), ("refresh_token", &token)], Some(&installation.issued())).await;
        assert_eq!((told.status.as_u16(), told.error()), (400, "invalid_grant"));
        let refreshed = post(server, &client, "/oauth2/token", &[("grant_type", "refresh_token"), ("refresh_token", &token)], Some(&own)).await;
        assert_eq!(refreshed.status, 200);
        assert_eq!(cnf(&refreshed.text("access_token")), json!({"x5t#S256": own.thumbprint()}));
        let next = refreshed.text("refresh_token");
        let other = TestCertificate::self_signed(&CertificateRequest::default());
        let refused = post(server, &client, "/oauth2/token", &[("grant_type", "refresh_token"), ("refresh_token", &next)], Some(&other)).await;
        assert_eq!(refused.error(), "invalid_grant", "its successor is bound to the same");
    }

    async fn the_api_and_the_feed_take_a_bound_token_only_with_its_certificate(db: TestDatabase) {
        let installation = Installation::on(db).await;
        let (server, own) = (&installation.server, installation.issued());
        let client = installation.client(ClientType::Machine, |client| {
            bound(client);
            client.scope = scope("usher:sync usher:project");
        }).await;
        let token = post(server, &client, "/oauth2/token", &MACHINE, Some(&own)).await.text("access_token");
        for path in ["/api/v1/sync/snapshot", &format!("/api/v1/projects/{}/sync/subscribers", server.project)] {
            assert_eq!(resource(server, path, &token, Some(&own)).await.status, 200, "{path}");
            for stranger in [None, Some(&installation.issued())] {
                assert_eq!(resource(server, path, &token, stranger).await.status, 401, "{path}");
            }
        }
    }

    async fn a_bound_token_is_exchanged_only_over_a_connection_with_its_certificate(db: TestDatabase) {
        let installation = Installation::on(db).await;
        let (server, own) = (&installation.server, installation.issued());
        server.user(ANA).await;
        server.api_of(server.project, ORDERS, settings(&["orders:read"])).await;
        let client = installation.client(ClientType::Web, |client| {
            bound(client);
            client.scope = scope("openid orders:read");
            client.audience = vec![ORDERS.into()];
            client.grant_types.push(TOKEN_EXCHANGE_GRANT.to_owned());
            client.may_impersonate = true;
        }).await;
        let url = server.authorize_url(&client, &[("scope", "openid orders:read")]);
        let code = server.browser().go_through(&url, ANA).await.code();
        let subject = post(server, &client, "/oauth2/token", &code_form(&code), Some(&own)).await.text("access_token");
        let exchange = async |certificate: &TestCertificate| -> Answer {
            let form = [
                ("grant_type", TOKEN_EXCHANGE_GRANT), ("subject_token", &*subject),
                ("subject_token_type", ACCESS_TOKEN_TYPE), ("audience", ORDERS),
            ];
            post(server, &client, "/oauth2/token", &form, Some(certificate)).await
        };
        let exchanged = exchange(&own).await;
        assert_eq!(cnf(&exchanged.text("access_token")), json!({"x5t#S256": own.thumbprint()}));
        assert_eq!(exchange(&installation.issued()).await.error(), "invalid_request");
    }

    /// FAPI 2.0 Security Profile §5.3.2.1: `private_key_jwt` or a certificate, DPoP or a certificate.
    async fn a_client_of_the_profile_may_use_its_certificate_for_both(db: TestDatabase) {
        let installation = Installation::on(db).await;
        let (server, own) = (&installation.server, installation.issued());
        server.user(ANA).await;
        let client = installation.client(ClientType::Web, |client| {
            bound(client);
            client.security_profile = Some(SecurityProfile::Fapi2);
            client.id_token_signed_response_alg = "PS256".into();
        }).await;
        let form = [
            ("redirect_uri", CALLBACK), ("response_type", "code"), ("scope", "openid"), ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        assert_eq!(post(server, &client, "/oauth2/par", &form, None).await.error(), "invalid_client");
        let pushed = post(server, &client, "/oauth2/par", &form, Some(&own)).await;
        assert_eq!(pushed.status, 201, "{pushed:?}");
        let id = client.client.id.0.as_str();
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("client_id", id), ("request_uri", &pushed.text("request_uri"))])
            .finish();
        let code = server.browser().go_through(&format!("{}?{query}", server.at("/oauth2/authorize")), ANA).await.code();
        let refused = post(server, &client, "/oauth2/token", &code_form(&code), None).await;
        assert_eq!(refused.error(), "invalid_client");
        let tokens = post(server, &client, "/oauth2/token", &code_form(&code), Some(&own)).await;
        assert_eq!(cnf(&tokens.text("access_token")), json!({"x5t#S256": own.thumbprint()}));
        // A key for the assertions and a certificate for the tokens are allowed as well.
        let key = TestKey::new("k1");
        let mixed = server.client_with_key(ClientType::Machine, &key, |client| {
            bound(client);
            client.security_profile = Some(SecurityProfile::Fapi2);
            client.id_token_signed_response_alg = "PS256".into();
        }).await;
        let assertion = key.token(&server.assertion_claims(&mixed));
        let form = [
            ("grant_type", "client_credentials"), ("client_assertion", &*assertion),
            ("client_assertion_type", usher_protocol::client::assertion::JWT_BEARER),
        ];
        let answered = post(server, &mixed, "/oauth2/token", &form, Some(&own)).await;
        assert_eq!(cnf(&answered.text("access_token")), json!({"x5t#S256": own.thumbprint()}), "{answered:?}");
    }
}

#[tokio::test]
async fn a_token_is_not_bound_unless_the_client_is_registered_so() {
    let installation = Installation::on(crate::harness::database::TestDatabase::sqlite().await).await;
    let client = installation
        .client(ClientType::Machine, |client| assert_eq!(client.tls_client_auth_subject_dn.as_deref(), Some(SHOP_DN)))
        .await;
    let own = installation.issued();
    let token = post(&installation.server, &client, "/oauth2/token", &MACHINE, Some(&own)).await;
    assert_eq!((token.status.as_u16(), cnf(&token.text("access_token"))), (200, Value::Null));
    assert_eq!(client.client.metadata.token_endpoint_auth_method, AuthMethod::TlsClientAuth);
}
