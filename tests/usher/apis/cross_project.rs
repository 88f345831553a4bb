//! Mallory's project attacks the API of Shop's: 0 tokens are accepted there.

use reqwest::Method;
use serde_json::{Value, json};
use usher_accounts::apis::{ApiCreator, NewApi};
use usher_accounts::{FlowError, RegisteredClient, Rejected};
use usher_domain::id::ProjectId;
use usher_domain::oauth::client::ClientType;

use super::{ANA, ORDERS, assign, publish_rules, scope, settings};
use crate::api::{By, call};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, payload};
use crate::harness::server::TestServer;

/// Mallory's scopes: those of Shop's API by name.
const WANTED: &str = "openid profile offline_access orders:read orders:admin";

struct Attack {
    server: TestServer,
    shop: ProjectId,
    mallory: ProjectId,
}

impl Attack {
    async fn on(database: crate::harness::database::TestDatabase) -> Self {
        let server = TestServer::on(database, &[]).await;
        server.user(ANA).await;
        let shop = server.project;
        server.api_of(shop, ORDERS, settings(&["orders:read", "orders:admin"])).await;
        let mallory = server.project_named("Mallory").await.0;
        Self { server, shop, mallory }
    }

    async fn client(&self, kind: ClientType) -> RegisteredClient {
        self.server.client_of(self.mallory, kind, |client| client.scope = scope(WANTED)).await
    }

    /// What Shop's resource server does with a token: it checks audience and project, and asks for a scope.
    fn accepts(&self, token: &str, needed: &str) -> bool {
        let claims = payload(token);
        claims["aud"].as_array().is_some_and(|aud| aud.contains(&json!(ORDERS)))
            && claims["project_id"] == self.shop.to_string()
            && claims["scope"].as_str().is_some_and(|held| held.split(' ').any(|one| one == needed))
    }
}

fn assert_refused(answer: &Answer, code: &str) {
    assert_eq!((answer.status.as_u16(), answer.error()), (400, code), "{answer:?}");
    assert_eq!(answer.json.get("access_token"), None);
}

on_both_databases! {
    async fn a_client_cannot_be_registered_for_the_audience_of_another_project(db: TestDatabase) {
        let attack = Attack::on(db).await;
        for spelling in [ORDERS, "https://api.shop.example/", "HTTPS://API.shop.example:443"] {
            for kind in [ClientType::Machine, ClientType::Web] {
                let made = attack.server.try_client_of(attack.mallory, kind, |client| {
                    client.audience = vec![spelling.into()];
                });
                let Err(FlowError::Rejected(Rejected::Metadata(faults))) = made.await else { panic!("{spelling}") };
                assert_eq!(faults[0].member, "audience");
            }
        }
        let client = attack.client(ClientType::Machine).await;
        let mut metadata = client.client.metadata.clone();
        metadata.audience = vec![ORDERS.into()];
        let changed = attack.server.usher.clients.update_client(&client.client.id, metadata).await;
        assert!(matches!(changed, Err(FlowError::Rejected(Rejected::Metadata(_)))));
        let answer = attack.server.machine_token(&client, &[]).await;
        assert_eq!(payload(&answer.text("access_token"))["aud"], json!([attack.server.url]));
    }

    async fn a_scope_of_another_project_never_reaches_a_token(db: TestDatabase) {
        let attack = Attack::on(db).await;
        let machine = attack.client(ClientType::Machine).await;
        assert_refused(&attack.server.machine_token(&machine, &[("scope", "orders:admin")]).await, "invalid_scope");
        let all = attack.server.machine_token(&machine, &[]).await;
        assert_eq!(payload(&all.text("access_token")).get("scope"), None);
        let web = attack.client(ClientType::Web).await;
        let tokens = attack.server.tokens_with(&web, &[("scope", WANTED)], &[]).await;
        assert_eq!(tokens.text("scope"), "offline_access openid profile");
        assert!(!attack.accepts(&tokens.text("access_token"), "orders:admin"));
        let refreshed = attack.server.refresh(&web, &tokens.text("refresh_token")).await;
        assert_eq!(refreshed.text("scope"), "offline_access openid profile");
        let url = attack.server.authorize_url(&web, &[("scope", "orders:admin")]);
        let landing = attack.server.browser().open(&url).await;
        assert_eq!(landing.answer("error").as_deref(), Some("invalid_scope"));
    }

    async fn a_scope_of_the_same_name_is_another_scope_at_another_api(db: TestDatabase) {
        let attack = Attack::on(db).await;
        let own = "https://api.mallory.example";
        attack.server.api_of(attack.mallory, own, settings(&["orders:admin"])).await;
        let machine = attack.server.client_of(attack.mallory, ClientType::Machine, |client| {
            client.scope = scope(WANTED);
            client.audience = vec![own.into()];
        }).await;
        let answer = attack.server.machine_token(&machine, &[]).await;
        let claims = payload(&answer.text("access_token"));
        assert_eq!((&claims["aud"], &claims["scope"]), (&json!([own]), &json!("orders:admin")));
        assert_eq!(claims["project_id"], attack.mallory.to_string());
        assert!(!attack.accepts(&answer.text("access_token"), "orders:admin"));
    }

    /// RT-09
    async fn a_resource_of_another_project_is_an_invalid_target_everywhere(db: TestDatabase) {
        let attack = Attack::on(db).await;
        let (machine, web) = (attack.client(ClientType::Machine).await, attack.client(ClientType::Web).await);
        for resource in [ORDERS, "https://api.shop.example/", "https://nobody.example"] {
            let asked = [("resource", resource)];
            assert_refused(&attack.server.machine_token(&machine, &asked).await, "invalid_target");
            let landing = attack.server.browser().open(&attack.server.authorize_url(&web, &asked)).await;
            assert_eq!(landing.answer("error").as_deref(), Some("invalid_target"), "{resource}");
            assert_refused(&attack.server.push_for(&web, resource).await, "invalid_target");
            assert_refused(&attack.server.tokens_with(&web, &[], &asked).await, "invalid_target");
            let tokens = attack.server.tokens_with(&web, &[], &[]).await;
            let refresh = tokens.text("refresh_token");
            assert_refused(&attack.server.refresh_with(&web, &refresh, &asked).await, "invalid_target");
            assert_eq!(attack.server.refresh(&web, &refresh).await.status, 200, "the token was not used up");
        }
    }

    async fn a_role_of_another_project_never_reaches_a_token(db: TestDatabase) {
        let attack = Attack::on(db).await;
        let server = &attack.server;
        publish_rules(server, attack.shop, &server.project_token).await;
        assign(server, attack.shop, &server.project_token, "editor").await;
        let (malice, token) = server.project_named("Malice").await;
        publish_rules(server, malice, &token).await;
        assign(server, malice, &token, "viewer").await;
        let web = server.client_of(malice, ClientType::Web, |client| client.scope = scope(WANTED)).await;
        let tokens = server.tokens_with(&web, &[("scope", WANTED)], &[]).await;
        let claims = payload(&tokens.text("access_token"));
        assert_eq!((&claims["project_id"], &claims["roles"]), (&json!(malice.to_string()), &json!(["viewer"])));
        assert!(!attack.accepts(&tokens.text("access_token"), "orders:read"));
    }

    async fn introspection_by_a_stranger_says_not_active(db: TestDatabase) {
        let attack = Attack::on(db).await;
        let shop = attack.server.client_of(attack.shop, ClientType::Machine, |client| {
            client.scope = scope("orders:read");
            client.audience = vec![ORDERS.into()];
        }).await;
        let neighbour = attack.server.client_of(attack.shop, ClientType::Machine, |_| ()).await;
        let stranger = attack.client(ClientType::Machine).await;
        let token = attack.server.machine_token(&shop, &[]).await.text("access_token");
        assert!(attack.accepts(&token, "orders:read"));
        assert!(attack.server.is_active(&neighbour, &token).await);
        let answer = attack.server.call(&stranger, "/oauth2/introspect", &[("token", &token)]).await;
        assert_eq!((answer.status.as_u16(), answer.json), (200, json!({"active": false})));
    }

    async fn an_identifier_belongs_to_one_project_however_it_is_spelt(db: TestDatabase) {
        let attack = Attack::on(db).await;
        for spelling in [ORDERS, "https://API.shop.example/", "https://api.shop.example:443"] {
            let by = ApiCreator::Operator;
            let new = NewApi { project: attack.mallory, identifier: spelling.into(), settings: settings(&[]), by };
            let made = attack.server.usher.apis.create_api(new).await;
            assert!(matches!(made, Err(FlowError::Rejected(Rejected::ApiExists))), "{spelling}");
        }
    }

    /// JW-08
    async fn a_token_for_one_api_is_none_for_another_nor_for_usher(db: TestDatabase) {
        let attack = Attack::on(db).await;
        let server = &attack.server;
        let web = server.client_of(attack.shop, ClientType::Web, |client| client.scope = scope(WANTED)).await;
        let asked = [("resource", ORDERS), ("scope", WANTED)];
        let tokens = server.tokens_with(&web, &asked, &[]).await;
        let token = tokens.text("access_token");
        assert_eq!(payload(&token)["aud"], json!([ORDERS]));
        let refused = server.userinfo(&token).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_token"));
        let machine = server.client_of(attack.shop, ClientType::Machine, |client| {
            client.scope = scope("usher:project orders:read");
            client.audience = vec![ORDERS.into()];
        }).await;
        let token = server.machine_token(&machine, &[("resource", ORDERS)]).await.text("access_token");
        let path = format!("/projects/{}", attack.shop);
        assert_eq!(call(server, By::Token(&token), Method::GET, &path, &Value::Null).await.status, 401);
        let token = server.machine_token(&machine, &[("resource", &server.url)]).await.text("access_token");
        assert_eq!(call(server, By::Token(&token), Method::GET, &path, &Value::Null).await.status, 200);
    }
}
