//! Clients of other projects that an owner allows to use an API.

use serde_json::json;
use usher_accounts::{FlowError, RegisteredClient, Rejected};
use usher_domain::id::ProjectId;
use usher_domain::oauth::api::Api;
use usher_domain::oauth::client::ClientType;

use super::{ANA, ORDERS, assign, publish_rules, scope, settings};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;

const WANTED: &str = "openid offline_access orders:read orders:write";
const ASKED: [(&str, &str); 2] = [("resource", ORDERS), ("scope", WANTED)];

struct Partnership {
    server: TestServer,
    api: Api,
    partner: ProjectId,
    web: RegisteredClient,
    machine: RegisteredClient,
}

impl Partnership {
    async fn on(database: crate::harness::database::TestDatabase) -> Self {
        let server = TestServer::on(database, &[]).await;
        server.user(ANA).await;
        let api = server.api_of(server.project, ORDERS, settings(&["orders:read", "orders:write"])).await;
        let partner = server.project_named("Partner").await.0;
        let web = server.client_of(partner, ClientType::Web, |client| client.scope = scope(WANTED)).await;
        let machine =
            server.client_of(partner, ClientType::Machine, |client| client.scope = scope("orders:read")).await;
        Self { server, api, partner, web, machine }
    }

    async fn allow(&self, client: &RegisteredClient, limit: Option<&str>) {
        let apis = &self.server.usher.apis;
        apis.allow_client(&self.api, &client.client.id.0, limit.map(scope)).await.expect("it can be allowed");
    }

    async fn disallow(&self, client: &RegisteredClient) {
        self.server.usher.apis.disallow_client(&self.api, &client.client.id.0).await.expect("it was allowed");
    }

    /// The kinds and values of the entries in the feed of the API's project.
    async fn feed(&self) -> Vec<(String, String)> {
        let store = &self.server.usher.core.store;
        while store.has_pending_events().await.unwrap() {
            tokio::task::yield_now().await;
        }
        let entries = store.list_feed(self.server.project, 0, 1_000).await.unwrap();
        entries.into_iter().map(|entry| (entry.notice.kind.as_str().to_owned(), entry.notice.value)).collect()
    }
}

on_both_databases! {
    async fn a_partner_may_ask_once_the_owner_allows_it_and_no_longer_once_that_is_taken_back(db: TestDatabase) {
        let scene = Partnership::on(db).await;
        let server = &scene.server;
        assert_eq!(server.machine_token(&scene.machine, &[("resource", ORDERS)]).await.error(), "invalid_target");
        scene.allow(&scene.machine, None).await;
        scene.allow(&scene.web, None).await;
        let token = server.machine_token(&scene.machine, &[("resource", ORDERS)]).await.text("access_token");
        let claims = payload(&token);
        assert_eq!((&claims["aud"], &claims["scope"]), (&json!([ORDERS]), &json!("orders:read")));
        assert_eq!(claims["project_id"], server.project.to_string(), "the project that owns the API");
        let module = server.client_of(server.project, ClientType::Machine, |_| ()).await;
        let colleague = server.client_of(scene.partner, ClientType::Machine, |_| ()).await;
        assert!(server.is_active(&module, &token).await);
        assert!(!server.is_active(&colleague, &token).await, "another client of the partner has no business with it");
        let tokens = server.tokens_with(&scene.web, &ASKED, &[]).await;
        assert!(server.is_active(&module, &tokens.text("access_token")).await);

        scene.disallow(&scene.machine).await;
        scene.disallow(&scene.web).await;
        for token in [&token, &tokens.text("access_token")] {
            assert!(!server.is_active(&module, token).await);
        }
        assert_eq!(server.machine_token(&scene.machine, &[("resource", ORDERS)]).await.error(), "invalid_target");
        assert_eq!(server.refresh(&scene.web, &tokens.text("refresh_token")).await.error(), "invalid_target");
        let feed = scene.feed().await;
        for client in [&scene.machine, &scene.web] {
            assert!(feed.contains(&("client".into(), client.client.id.0.clone())), "modules learn of it: {feed:?}");
        }
    }

    async fn a_partner_gets_the_scopes_that_the_owner_allows_and_no_more(db: TestDatabase) {
        let scene = Partnership::on(db).await;
        scene.allow(&scene.web, Some("orders:read")).await;
        let tokens = scene.server.tokens_with(&scene.web, &ASKED, &[]).await;
        assert_eq!(tokens.text("scope"), "orders:read");
        scene.allow(&scene.web, None).await;
        let refreshed = scene.server.refresh(&scene.web, &tokens.text("refresh_token")).await;
        assert_eq!(refreshed.text("scope"), "orders:read", "a grant does not grow");
        let all = scene.server.tokens_with(&scene.web, &ASKED, &[]).await;
        assert_eq!(all.text("scope"), "orders:read orders:write");
    }

    /// A token does not say at which of its APIs a scope was granted.
    async fn a_scope_that_is_allowed_at_one_api_is_none_at_another_of_the_same_token(db: TestDatabase) {
        let scene = Partnership::on(db).await;
        let (server, apis) = (&scene.server, &scene.server.usher.apis);
        let bank = "https://bank.shop.example";
        let other = server.api_of(server.project, bank, settings(&["orders:read", "orders:write"])).await;
        scene.allow(&scene.web, None).await;
        apis.allow_client(&other, &scene.web.client.id.0, Some(scope("orders:read"))).await.unwrap();
        let both = [("resource", ORDERS), ("resource", bank), ("scope", WANTED)];
        let tokens = server.tokens_with(&scene.web, &both, &[]).await;
        let claims = payload(&tokens.text("access_token"));
        assert_eq!((&claims["aud"], &claims["scope"]), (&json!([ORDERS, bank]), &json!("orders:read")));
        let one = server.refresh_with(&scene.web, &tokens.text("refresh_token"), &[("resource", ORDERS)]).await;
        assert_eq!(one.text("scope"), "orders:read orders:write");
        let two = server.refresh_with(&scene.web, &one.text("refresh_token"), &[("resource", bank)]).await;
        assert_eq!(two.text("scope"), "orders:read");
    }

    async fn only_the_roles_of_the_apis_project_reach_the_token_of_a_partner(db: TestDatabase) {
        let scene = Partnership::on(db).await;
        let server = &scene.server;
        publish_rules(server, server.project, &server.project_token).await;
        assign(server, server.project, &server.project_token, "viewer").await;
        scene.allow(&scene.web, None).await;
        let tokens = server.tokens_with(&scene.web, &ASKED, &[]).await;
        assert_eq!(payload(&tokens.text("access_token"))["roles"], json!(["viewer"]));
        let own = server.tokens_with(&scene.web, &[("scope", "openid")], &[]).await;
        let claims = payload(&own.text("access_token"));
        assert_eq!((&claims["project_id"], claims.get("roles")), (&json!(scene.partner.to_string()), None));
    }

    async fn what_ends_a_partners_grant_reaches_the_feed_of_the_apis_project(db: TestDatabase) {
        let scene = Partnership::on(db).await;
        let server = &scene.server;
        scene.allow(&scene.web, None).await;
        let tokens = server.tokens_with(&scene.web, &ASKED, &[]).await;
        let claims = payload(&tokens.text("access_token"));
        let revoke = [("token", tokens.text("refresh_token"))];
        let revoke: Vec<_> = revoke.iter().map(|(name, value)| (*name, value.as_str())).collect();
        server.call(&scene.web, "/oauth2/revoke", &revoke).await;
        let feed = scene.feed().await;
        let gid = claims["gid"].as_str().unwrap().to_owned();
        assert!(feed.contains(&("gid".into(), gid)), "{feed:?}");
        scene.allow(&scene.machine, None).await;
        server.usher.clients.set_client_disabled(&scene.machine.client.id, true).await.unwrap();
        server.usher.clients.delete_client(&scene.web.client.id).await.unwrap();
        let feed = scene.feed().await;
        for client in [&scene.machine, &scene.web] {
            assert!(feed.contains(&("client".into(), client.client.id.0.clone())), "{feed:?}");
        }
        assert!(claims["urv"].as_i64().is_some_and(|position| position < 1), "a position of that feed");
    }

    async fn a_request_is_for_the_apis_of_one_project(db: TestDatabase) {
        let scene = Partnership::on(db).await;
        let server = &scene.server;
        let own = "https://api.partner.example";
        server.api_of(scene.partner, own, settings(&["own"])).await;
        scene.allow(&scene.machine, None).await;
        let both = [("resource", ORDERS), ("resource", own)];
        assert_eq!(server.machine_token(&scene.machine, &both).await.error(), "invalid_target");
        let mut metadata = scene.machine.client.metadata.clone();
        metadata.audience = vec![ORDERS.into(), own.into()];
        let changed = server.usher.clients.update_client(&scene.machine.client.id, metadata.clone()).await;
        assert!(matches!(changed, Err(FlowError::Rejected(Rejected::Metadata(_)))));
        metadata.audience = vec![ORDERS.into()];
        server.usher.clients.update_client(&scene.machine.client.id, metadata).await.unwrap();
        let token = server.machine_token(&scene.machine, &[]).await.text("access_token");
        assert_eq!(payload(&token)["aud"], json!([ORDERS]));
    }

    async fn clients_of_the_own_project_and_unknown_scopes_cannot_be_allowed(db: TestDatabase) {
        let scene = Partnership::on(db).await;
        let (server, apis) = (&scene.server, &scene.server.usher.apis);
        let own = server.client_of(server.project, ClientType::Machine, |_| ()).await;
        let refused = apis.allow_client(&scene.api, &own.client.id.0, None).await;
        assert!(matches!(refused, Err(FlowError::Rejected(Rejected::Api(_)))));
        let refused = apis.allow_client(&scene.api, &scene.web.client.id.0, Some(scope("orders:admin"))).await;
        assert!(matches!(refused, Err(FlowError::Rejected(Rejected::Api(_)))));
        let refused = apis.allow_client(&scene.api, "client_nobody", None).await;
        assert!(matches!(refused, Err(FlowError::Rejected(Rejected::NotFound("client")))));
    }
}
