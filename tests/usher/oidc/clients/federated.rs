//! Clients that prove themselves by the JWT of another issuer: Kubernetes, GitHub Actions, SPIFFE.

use serde_json::{Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::assertion::{JWT_BEARER, JWT_SPIFFE};
use usher_protocol::client::metadata::{AuthMethod, ClientMetadata, FederatedCredential, SecurityProfile};

use crate::harness::client_key::{TestKey, changed, jwks};
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::document_host::DocumentHost;
use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::TestServer;

const SERVICE_ACCOUNT: &str = "system:serviceaccount:shop:api";

async fn started(database: TestDatabase) -> TestServer {
    TestServer::on(database, &[("outbound.allow", "127.0.0.0/8"), ("limits.client_secret", "off")]).await
}

fn trusting(issuer: &str, subject: &str) -> FederatedCredential {
    let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
    FederatedCredential { issuer, subject, audience: None, jwks_uri: None, jwks: None }
}

async fn client(server: &TestServer, credentials: Vec<FederatedCredential>) -> RegisteredClient {
    let change = |client: &mut ClientMetadata| {
        client.token_endpoint_auth_method = AuthMethod::FederatedJwt;
        client.federated_credentials = credentials;
    };
    server.client(ClientType::Machine, change).await
}

/// The claims of a token for this server.
fn claims(server: &TestServer, issuer: &str, subject: &str) -> Value {
    let now = server.now().0;
    json!({"iss": issuer, "sub": subject, "aud": [server.url], "iat": now, "nbf": now, "exp": now + 3_600})
}

async fn token(server: &TestServer, client: &RegisteredClient, kind: &str, assertion: &str) -> Answer {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &*client.client.id.0),
        ("client_assertion_type", kind),
        ("client_assertion", assertion),
    ];
    answer(server.http.post(server.at("/oauth2/token")).form(&form)).await
}

/// An issuer whose metadata and keys are one document.
async fn issuer(keys: &[&TestKey]) -> (DocumentHost, String) {
    let host = DocumentHost::start(Value::Null).await;
    let issuer = host.uri.trim_end_matches("/document").to_owned();
    let mut document = jwks(keys);
    document["issuer"] = json!(issuer);
    document["jwks_uri"] = json!(host.uri);
    host.publish(Some(document));
    (host, issuer)
}

on_both_databases! {
    async fn a_service_account_proves_a_client_without_a_secret(db: TestDatabase) {
        let (server, key) = (started(db).await, TestKey::new("k1"));
        let (host, issuer) = issuer(&[&key]).await;
        let client = client(&server, vec![trusting(&issuer, SERVICE_ACCOUNT)]).await;
        assert_eq!(client.secret, None);
        let good = claims(&server, &issuer, SERVICE_ACCOUNT);
        let projected = key.token(&good);
        assert_eq!(token(&server, &client, JWT_BEARER, &projected).await.status, 200);
        // It is a file that the workload reads again until it expires.
        assert_eq!(token(&server, &client, JWT_BEARER, &projected).await.status, 200);
        assert_eq!(host.fetches(), 2, "metadata and keys are fetched once");
        for (changes, why) in [
            (json!({"sub": "system:serviceaccount:shop:other"}), "another account"),
            (json!({"sub": "system:serviceaccount:shop:api2"}), "no prefix counts"),
            (json!({"iss": format!("{issuer}/")}), "another issuer"),
            (json!({"aud": ["https://kubernetes.default.svc"]}), "for the cluster itself"),
            (json!({"aud": [server.url, "https://other.test"]}), "somebody else could present it"),
            (json!({"exp": server.now().0}), "expired"),
            (json!({"exp": server.now().0 + 90_000}), "good for more than a day"),
            (json!({"nbf": server.now().0 + 120}), "not yet valid"),
        ] {
            let refused = token(&server, &client, JWT_BEARER, &key.token(&changed(good.clone(), &changes))).await;
            assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"), "{why}");
        }
        let forged = TestKey::new("k1").token(&good);
        assert_eq!(token(&server, &client, JWT_BEARER, &forged).await.error(), "invalid_client");
        // Not for a client that does not trust the issuer, nor with an assertion of its own.
        let other = server.client_with_key(ClientType::Machine, &key, |_| {}).await;
        assert_eq!(token(&server, &other, JWT_BEARER, &projected).await.error(), "invalid_client");
        let own = key.token(&server.assertion_claims(&client));
        assert_eq!(token(&server, &client, JWT_BEARER, &own).await.error(), "invalid_client");
    }

    async fn a_workflow_names_its_audience_and_its_keys_may_be_replaced(db: TestDatabase) {
        let (server, old, new) = (started(db).await, TestKey::new("old"), TestKey::new("new"));
        let host = DocumentHost::start(jwks(&[&old])).await;
        let subject = "repo:shop/api:ref:refs/heads/main";
        let credential = FederatedCredential {
            audience: Some("usher".into()),
            jwks_uri: Some(host.uri.clone()),
            ..trusting("https://token.actions.githubusercontent.com", subject)
        };
        let client = client(&server, vec![credential]).await;
        let with = |audience: &str| changed(claims(&server, "https://token.actions.githubusercontent.com", subject), &json!({"aud": audience}));
        assert_eq!(token(&server, &client, JWT_BEARER, &old.token(&with("usher"))).await.status, 200);
        assert_eq!(token(&server, &client, JWT_BEARER, &old.token(&with(&server.url))).await.status, 401);
        server.wait(60);
        host.publish(Some(jwks(&[&new])));
        let later = changed(with("usher"), &json!({"exp": server.now().0 + 600}));
        assert_eq!(token(&server, &client, JWT_BEARER, &new.token(&later)).await.status, 200);
        assert_eq!(token(&server, &client, JWT_BEARER, &old.token(&later)).await.status, 401);
    }

    async fn a_workload_of_a_trust_domain_needs_no_iss(db: TestDatabase) {
        let (server, key) = (started(db).await, TestKey::new("k1"));
        let mut bundle = jwks(&[&key]);
        bundle["keys"][0]["use"] = json!("jwt-svid");
        let credential = FederatedCredential { jwks: Some(bundle), ..trusting("spiffe://example.org", "spiffe://example.org/shop") };
        let client = client(&server, vec![credential]).await;
        let null_issuer = |subject: &str| {
            let mut claims = claims(&server, "", subject);
            claims["iss"] = Value::Null;
            key.token(&claims)
        };
        let without_issuer = |subject: &str| {
            let mut claims = claims(&server, "", subject);
            claims.as_object_mut().expect("an object").remove("iss");
            key.sign(&json!({"alg": "ES256", "kid": "k1", "typ": "JOSE"}), &claims)
        };
        for kind in [JWT_SPIFFE, JWT_BEARER] {
            let proven = token(&server, &client, kind, &without_issuer("spiffe://example.org/shop")).await;
            assert_eq!(proven.status, 200, "{kind}");
        }
        for stranger in [without_issuer("spiffe://example.org/shop/x"), without_issuer("spiffe://evil.test/shop"), null_issuer("spiffe://example.org/shop")] {
            assert_eq!(token(&server, &client, JWT_SPIFFE, &stranger).await.error(), "invalid_client");
        }
        let plain = server.client_with_key(ClientType::Machine, &key, |_| {}).await;
        let own = key.token(&server.assertion_claims(&plain));
        assert_eq!(token(&server, &plain, JWT_SPIFFE, &own).await.error(), "invalid_client");
    }

    async fn the_metadata_of_another_issuer_has_no_say(db: TestDatabase) {
        let (server, key) = (started(db).await, TestKey::new("k1"));
        let (host, issuer) = issuer(&[&key]).await;
        let mut document = jwks(&[&key]);
        document["issuer"] = json!("https://other.test");
        document["jwks_uri"] = json!(host.uri);
        host.publish(Some(document));
        let client = client(&server, vec![trusting(&issuer, SERVICE_ACCOUNT)]).await;
        let refused = token(&server, &client, JWT_BEARER, &key.token(&claims(&server, &issuer, SERVICE_ACCOUNT))).await;
        assert_eq!(refused.error(), "invalid_client");
    }
}

#[tokio::test]
async fn the_profile_and_private_addresses_are_refused_at_registration() {
    let server = TestServer::on(TestDatabase::sqlite().await, &[("outbound.allow", "")]).await;
    for (credential, profile, why) in [
        (trusting("https://10.0.0.1", "s"), None, "may not be called"),
        (trusting("https://issuer.test", "s"), Some(SecurityProfile::Fapi2), "fapi2 needs token_endpoint_auth_method"),
    ] {
        let mut metadata = ClientType::Machine.defaults();
        metadata.client_name = "Job".into();
        metadata.token_endpoint_auth_method = AuthMethod::FederatedJwt;
        metadata.federated_credentials = vec![credential];
        metadata.security_profile = profile;
        metadata.id_token_signed_response_alg = "PS256".into();
        let new = usher_accounts::NewClient { project: server.project, kind: ClientType::Machine, metadata, id: None };
        let refused = server.usher.clients.create_client(new).await.unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
    }
}
