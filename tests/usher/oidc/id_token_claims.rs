//! The claims and signature of ID tokens: with the default settings of clients, and with others.

use serde_json::{Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::id::ProjectId;
use usher_domain::oauth::client::ClientType;
use usher_flows::{NewAssignment, Subject};
use usher_policy::PolicyDocument;
use usher_protocol::client::metadata::{ClientMetadata, IdTokenContent};
use usher_protocol::id_token::at_hash;

use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::relying_party::{Answer, header, payload};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

async fn server_of_ana(db: TestDatabase) -> TestServer {
    let server = TestServer::on(db, &[]).await;
    server.user(ANA).await;
    server
}

/// The tokens of Ana's sign-in with this scope.
async fn signed_in(server: &TestServer, client: &RegisteredClient, scope: &str) -> Answer {
    let landing = server.browser().go_through(&server.authorize_url(client, &[("scope", scope)]), ANA).await;
    let tokens = server.exchange(client, &landing.code()).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    tokens
}

fn id_token(tokens: &Answer) -> Value {
    payload(&tokens.text("id_token"))
}

/// Publishes rules with one role, and assigns it to Ana.
async fn ana_is_a_gardener(server: &TestServer) {
    let rules = json!({
        "entities": {"Plant": {"actions": {"water": "item"}}},
        "roles": {"gardener": {"grants": {"Plant:water": "allow"}}},
    });
    let project: ProjectId = server.project;
    let document: PolicyDocument = serde_json::from_value(rules).expect("a document");
    let drafted = server.usher.policies.policy_draft(project).await.expect("there is a draft");
    let drafted =
        server.usher.policies.replace_policy_draft(project, Some(&drafted.etag), &document).await.expect("it is kept");
    server.usher.policies.publish_policy(project, Some(&drafted.etag), "", "test").await.expect("it can be published");
    let sub = server.usher.users.load_user(ANA).await.expect("Ana is there").sub.0;
    let new = NewAssignment { role: "gardener".into(), subject: Subject::User(sub), scope: None, expires_at: None };
    server.usher.policies.assign_role(project, new).await.expect("it can be given");
}

on_both_databases! {
    async fn clients_get_rs256_id_tokens_and_es256_access_tokens_unless_told_otherwise(db: TestDatabase) {
        let server = server_of_ana(db).await;
        for kind in [ClientType::Web, ClientType::Spa, ClientType::Native] {
            let tokens = signed_in(&server, &server.client(kind, |_| {}).await, "openid").await;
            assert_eq!(header(&tokens.text("id_token"))["alg"], "RS256", "{kind:?}");
            assert_eq!(header(&tokens.text("access_token"))["alg"], "ES256", "{kind:?}");
        }
        let other = |client: &mut ClientMetadata| {
            client.id_token_signed_response_alg = "PS256".into();
            client.access_token_signed_response_alg = Some("RS256".into());
        };
        let tokens = signed_in(&server, &server.client(ClientType::Web, other).await, "openid").await;
        assert_eq!(header(&tokens.text("id_token"))["alg"], "PS256");
        assert_eq!(header(&tokens.text("access_token"))["alg"], "RS256");
    }

    async fn the_id_token_carries_the_claims_of_the_granted_scopes_also_after_a_refresh(db: TestDatabase) {
        let server = server_of_ana(db).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut tokens = signed_in(&server, &client, "openid profile email offline_access").await;
        for round in ["at first", "refreshed"] {
            let (told, known) = (id_token(&tokens), server.userinfo(&tokens.text("access_token")).await.json);
            assert_eq!((&told["email"], &told["name"]), (&json!(ANA), &json!("ana Souza")), "{round}");
            for (claim, value) in known.as_object().expect("an object") {
                assert_eq!(&told[claim], value, "{round}: {claim}");
            }
            assert_eq!(told["at_hash"], at_hash("RS256", &tokens.text("access_token")).as_str(), "{round}");
            assert!(told.get("phone_number").is_none() && told.get("roles").is_none(), "{round}: {told}");
            tokens = server.refresh(&client, &tokens.text("refresh_token")).await;
        }
        let narrow = [("grant_type", "refresh_token"), ("refresh_token", &tokens.text("refresh_token")), ("scope", "openid email")];
        let told = id_token(&server.call(&client, "/oauth2/token", &narrow).await);
        assert_eq!((told["email"].as_str(), told.get("name")), (Some(ANA), None), "a narrower scope tells less");
    }

    async fn a_minimal_id_token_carries_only_what_was_requested_by_name(db: TestDatabase) {
        let server = server_of_ana(db).await;
        let client = server.client(ClientType::Web, |client| client.id_token_claims = IdTokenContent::Minimal).await;
        let told = id_token(&signed_in(&server, &client, "openid profile email").await);
        assert!(told.get("email").is_none() && told.get("name").is_none(), "{told}");
        let by_name = [("scope", "openid"), ("claims", r#"{"id_token":{"email":null}}"#)];
        let landing = server.browser().go_through(&server.authorize_url(&client, &by_name), ANA).await;
        let told = id_token(&server.exchange(&client, &landing.code()).await);
        assert_eq!((told["email"].as_str(), told.get("email_verified")), (Some(ANA), None));
    }

    async fn the_scope_roles_releases_the_roles_under_the_clients_claim_name(db: TestDatabase) {
        let server = server_of_ana(db).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let tokens = signed_in(&server, &client, "openid roles").await;
        assert_eq!(id_token(&tokens)["roles"], json!([]), "a user without roles gets an empty list");
        ana_is_a_gardener(&server).await;
        for name in ["roles", "groups", "https://shop.example/roles"] {
            let client = server.client(ClientType::Web, |client| client.roles_claim = name.into()).await;
            let tokens = signed_in(&server, &client, "openid roles").await;
            let known = server.userinfo(&tokens.text("access_token")).await.json;
            assert_eq!((&known[name], &id_token(&tokens)[name]), (&json!(["gardener"]), &json!(["gardener"])), "{name}");
            assert_eq!(known.as_object().expect("an object").len(), 2, "{known}");
            let without = signed_in(&server, &client, "openid").await;
            assert!(id_token(&without).get(name).is_none() && server.userinfo(&without.text("access_token")).await.json.get(name).is_none());
        }
    }

    async fn released_roles_are_recorded_as_roles_whatever_the_client_calls_them(db: TestDatabase) {
        let server = server_of_ana(db).await;
        let client = server.client(ClientType::Web, |client| client.roles_claim = "groups".into()).await;
        signed_in(&server, &client, "openid roles").await;
        let user = server.usher.users.load_user(ANA).await.expect("Ana is there").id;
        let accesses = server.usher.core.store.list_accesses(user).await.expect("they can be read");
        let names: Vec<&str> = accesses.iter().flat_map(|access| access.claims.keys().map(String::as_str)).collect();
        assert_eq!(names, ["roles", "sub"]);
    }
}
