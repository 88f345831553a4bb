//! Clients that registered themselves are strangers to each other, in one project as well.

use reqwest::Method;
use serde_json::json;
use usher_accounts::RegisteredClient;
use usher_domain::id::ClientId;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::ClientMetadata;

use crate::api::{By, call};
use crate::apis::{ANA, ORDERS, scope, settings};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;
use crate::oidc::clients::dynamic::{metadata, registering};

async fn introspected(server: &TestServer, by: &RegisteredClient, token: &str) -> serde_json::Value {
    let answer = server.call(by, "/oauth2/introspect", &[("token", token)]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json
}

on_both_databases! {
    async fn a_client_that_anybody_may_register_introspects_its_own_tokens_alone(db: TestDatabase) {
        let server = registering(db, "open").await;
        let one = server.registered(&server.register(None, &metadata(&json!({}))).await).await;
        let other = server.registered(&server.register(None, &metadata(&json!({}))).await).await;
        let token = server.tokens(&mut server.browser(), &one, ANA).await.text("access_token");
        assert_eq!(introspected(&server, &other, &token).await, json!({"active": false}));
        // An administrator vouches for what it says of itself, not for the others of its project.
        server.usher.clients.set_client_trusted(&other.client.id, true).await.unwrap();
        assert_eq!(introspected(&server, &other, &token).await, json!({"active": false}));
        assert_eq!(introspected(&server, &one, &token).await["active"], true);
    }

    async fn a_client_of_an_initial_token_introspects_tokens_of_its_project_once_it_is_vouched_for(db: TestDatabase) {
        let server = registering(db, "token").await;
        server.api_of(server.project, ORDERS, settings(&["orders:read"])).await;
        let path = format!("/projects/{}/initial-tokens", server.project);
        let wanted = json!({"name": "Agents", "max_clients": 1});
        let made = call(&server, By::Token(&server.project_token), Method::POST, &path, &wanted).await;
        let told = server.register(Some(&made.text("initial_access_token")), &metadata(&json!({}))).await;
        let agent = server.registered(&told).await;
        let owned = |client: &mut ClientMetadata| {
            client.first_party = true;
            client.audience = vec![ORDERS.into()];
        };
        let shop = server.client(ClientType::Web, owned).await;
        let token = server.tokens(&mut server.browser(), &shop, ANA).await.text("access_token");
        assert_eq!(introspected(&server, &agent, &token).await, json!({"active": false}));
        let own = server.tokens(&mut server.browser(), &agent, ANA).await.text("access_token");
        assert_eq!(introspected(&server, &agent, &own).await["active"], true);
        assert_eq!(introspected(&server, &shop, &own).await["active"], true, "the project knows its clients");
        server.usher.clients.set_client_trusted(&agent.client.id, true).await.unwrap();
        assert_eq!(introspected(&server, &agent, &token).await["active"], true);
    }

    async fn rights_at_the_api_of_usher_are_not_for_strangers(db: TestDatabase) {
        let server = registering(db, "open").await;
        let asked = metadata(&json!({"scope": "openid usher:project usher:sync"}));
        let told = server.register(None, &asked).await;
        let client = server.registered(&told).await;
        assert_eq!(told.json["scope"], "openid");
        let tokens = server.tokens_with(&client, &[("scope", "openid usher:project")], &[]).await;
        assert_eq!(tokens.text("scope"), "openid");
        // One that was registered before does not get them either.
        let mut before = client.client.metadata.clone();
        before.scope = scope("openid usher:project");
        let mut tx = server.usher.core.store.begin().await.unwrap();
        tx.set_client_metadata(&client.client.id, &before, server.now()).await.unwrap();
        tx.commit().await.unwrap();
        server.usher.clients.cache.invalidate(&client.client.id);
        let tokens = server.tokens_with(&client, &[("scope", "openid usher:project")], &[]).await;
        assert_eq!(tokens.text("scope"), "openid");
    }

    async fn a_server_in_production_fetches_no_document_from_its_own_machine(db: TestDatabase) {
        let server = TestServer::in_production_with(db, &[("registration.documents", "true")]).await;
        let shop = server.client(ClientType::Spa, |_| ()).await;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        listener.set_nonblocking(true).expect("it can be set");
        let port = listener.local_addr().expect("an address").port();
        for host in ["127.0.0.1", "localhost", "localhost.", "app.localhost", "[::ffff:7f00:1]"] {
            let mut client = shop.client.clone();
            client.id = ClientId(format!("https://{host}:{port}/client.json"));
            let url = server.authorize_url(&RegisteredClient { client, secret: None }, &[]);
            assert_eq!(server.browser().open(&url).await.status, 400, "{host}");
            assert!(listener.accept().is_err(), "{host}: it was called");
        }
    }
}
