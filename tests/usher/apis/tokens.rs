//! What a token is for, and what it holds (RFC 8707, RFC 9068).

use serde_json::{Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::oauth::api::{ApiSettings, TokenFormat};
use usher_domain::oauth::client::ClientType;

use super::{ANA, ORDERS, assign, publish_rules, scope, settings};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, header, payload};
use crate::harness::server::TestServer;

const BANK: &str = "https://bank.shop.example/v2";
const EVERYTHING: &str = "openid profile offline_access orders:read orders:write bank:pay";

struct Shop {
    server: TestServer,
    web: RegisteredClient,
}

impl Shop {
    async fn on(database: crate::harness::database::TestDatabase) -> Self {
        let server = TestServer::on(database, &[]).await;
        server.user(ANA).await;
        server.api_of(server.project, ORDERS, settings(&["orders:read", "orders:write"])).await;
        server.api_of(server.project, BANK, settings(&["bank:pay"])).await;
        let web = server.client_of(server.project, ClientType::Web, |client| client.scope = scope(EVERYTHING)).await;
        Self { server, web }
    }

    async fn set(&self, identifier: &str, settings: ApiSettings) {
        let apis = &self.server.usher.apis;
        let api = apis.load_api(self.server.project, identifier).await.expect("it is there");
        apis.replace_api_settings(&api, settings).await.expect("it can be changed");
    }
}

fn claims(answer: &Answer) -> Value {
    payload(&answer.text("access_token"))
}

on_both_databases! {
    async fn what_was_granted_is_stated_and_nothing_alone_is_refused(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.api_of(server.project, ORDERS, settings(&["orders:read"])).await;
        let client = server.client(ClientType::Web, |client| {
            client.first_party = true;
            client.scope = scope("openid offline_access orders:read m:read");
        }).await;
        let asked = |scope| [("resource", ORDERS), ("scope", scope)];
        for nothing in ["m:read", "m:read offline_access"] {
            let landing = server.browser().open(&server.authorize_url(&client, &asked(nothing))).await;
            assert_eq!(landing.answer("error").as_deref(), Some("invalid_scope"), "{nothing}");
        }
        let told = server.tokens_with(&client, &asked("openid m:read"), &[]).await;
        assert_eq!(told.json["scope"], "openid", "{told:?}");
        let told = server.tokens_with(&client, &asked("orders:read m:read offline_access"), &[]).await;
        assert_eq!(told.json["scope"], "orders:read", "{told:?}");
        let told = server.tokens_with(&client, &asked("offline_access"), &[]).await;
        assert_eq!(told.json["scope"], "offline_access", "{told:?}");
    }

    async fn without_a_resource_a_token_is_for_the_default_api_and_else_for_usher_alone(db: TestDatabase) {
        let shop = Shop::on(db).await;
        let server = &shop.server;
        let plain = claims(&server.tokens_with(&shop.web, &[("scope", EVERYTHING)], &[]).await);
        assert_eq!((&plain["aud"], &plain["scope"]), (&json!([server.url]), &json!("offline_access openid profile")));
        assert_eq!(plain["project_id"], server.project.to_string());
        let machine = server.client_of(server.project, ClientType::Machine, |client| {
            client.scope = scope("orders:read bank:pay");
            client.audience = vec![ORDERS.into()];
        }).await;
        let own = claims(&server.machine_token(&machine, &[]).await);
        assert_eq!((&own["aud"], &own["scope"]), (&json!([ORDERS]), &json!("orders:read")));
        let refused = server.machine_token(&machine, &[("scope", "bank:pay")]).await;
        assert_eq!(refused.error(), "invalid_scope");
    }

    /// OpenID Connect Core §5.3: the access token of such a request is for userinfo.
    async fn a_sign_in_without_a_resource_gets_a_token_that_userinfo_accepts_too(db: TestDatabase) {
        let shop = Shop::on(db).await;
        let server = &shop.server;
        let web = server.client_of(server.project, ClientType::Web, |client| {
            client.scope = scope(EVERYTHING);
            client.audience = vec![ORDERS.into()];
        }).await;
        let tokens = server.tokens_with(&web, &[("scope", EVERYTHING)], &[]).await;
        assert_eq!(claims(&tokens)["aud"], json!([server.url, ORDERS]));
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 200);
        let bare = server.tokens_with(&web, &[("scope", "orders:read")], &[]).await;
        assert_eq!(claims(&bare)["aud"], json!([ORDERS]), "nothing of this request is for userinfo");
    }

    async fn several_resources_are_granted_and_each_token_is_for_those_asked_for(db: TestDatabase) {
        let shop = Shop::on(db).await;
        let server = &shop.server;
        let both = [("resource", ORDERS), ("resource", BANK), ("scope", EVERYTHING)];
        let all = server.tokens_with(&shop.web, &both, &[]).await;
        assert_eq!(claims(&all)["aud"], json!([ORDERS, BANK]));
        assert_eq!(all.text("scope"), "bank:pay orders:read orders:write");
        let one = server.tokens_with(&shop.web, &both, &[("resource", BANK)]).await;
        assert_eq!((&claims(&one)["aud"], one.text("scope").as_str()), (&json!([BANK]), "bank:pay"));
        // A narrower token leaves the grant as it is (RT-09).
        let orders = server.refresh_with(&shop.web, &one.text("refresh_token"), &[("resource", ORDERS)]).await;
        assert_eq!(claims(&orders)["aud"], json!([ORDERS]));
        let again = server.refresh(&shop.web, &orders.text("refresh_token")).await;
        assert_eq!(claims(&again)["aud"], json!([ORDERS, BANK]));
        let less = [("resource", ORDERS), ("scope", "orders:read bank:pay")];
        let less = server.refresh_with(&shop.web, &again.text("refresh_token"), &less).await;
        assert_eq!(less.text("scope"), "orders:read", "the other scope has no meaning there");
    }

    async fn what_the_grant_is_not_for_is_an_invalid_target_and_uses_nothing_up(db: TestDatabase) {
        let shop = Shop::on(db).await;
        let server = &shop.server;
        let asked = [("resource", ORDERS), ("scope", EVERYTHING)];
        let landing = server.browser().go_through(&server.authorize_url(&shop.web, &asked), ANA).await;
        for other in [BANK, &server.url] {
            let refused = server.exchange_with(&shop.web, &landing.code(), &[("resource", other)]).await;
            assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_target"), "{other}");
        }
        let tokens = server.exchange_with(&shop.web, &landing.code(), &[]).await;
        assert_eq!(claims(&tokens)["aud"], json!([ORDERS]));
        let refresh = tokens.text("refresh_token");
        assert_eq!(server.refresh_with(&shop.web, &refresh, &[("resource", BANK)]).await.error(), "invalid_target");
        assert_eq!(server.refresh(&shop.web, &refresh).await.status, 200);
    }

    /// RFC 9126
    async fn a_pushed_request_is_for_its_resource(db: TestDatabase) {
        let shop = Shop::on(db).await;
        let server = &shop.server;
        let uri = server.push_for(&shop.web, ORDERS).await.text("request_uri");
        let query = [("client_id", shop.web.client.id.0.as_str()), ("request_uri", &uri), ("resource", BANK)];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let landing = server.browser().go_through(&format!("{}?{query}", server.at("/oauth2/authorize")), ANA).await;
        let tokens = server.exchange_with(&shop.web, &landing.code(), &[]).await;
        assert_eq!((&claims(&tokens)["aud"], tokens.text("scope").as_str()), (&json!([ORDERS]), "orders:read"));
    }

    async fn a_resource_without_a_scope_is_everything_that_the_client_may_ask_for_there(db: TestDatabase) {
        let shop = Shop::on(db).await;
        let tokens = shop.server.tokens_with(&shop.web, &[("resource", ORDERS), ("scope", "")], &[]).await;
        assert_eq!(tokens.text("scope"), "orders:read orders:write");
        assert_eq!((tokens.json.get("id_token"), tokens.json.get("refresh_token")), (None, None));
    }

    async fn usher_itself_can_be_asked_for_by_name(db: TestDatabase) {
        let shop = Shop::on(db).await;
        let server = &shop.server;
        let asked = [("resource", server.url.as_str()), ("resource", ORDERS), ("scope", EVERYTHING)];
        let tokens = server.tokens_with(&shop.web, &asked, &[("resource", &server.url)]).await;
        assert_eq!(claims(&tokens)["aud"], json!([server.url]));
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 200);
    }

    async fn roles_and_permissions_are_those_that_the_api_asks_for(db: TestDatabase) {
        let shop = Shop::on(db).await;
        let server = &shop.server;
        publish_rules(server, server.project, &server.project_token).await;
        assign(server, server.project, &server.project_token, "viewer").await;
        assign(server, server.project, &server.project_token, "editor").await;
        let ask = async || {
            let claims = claims(&server.tokens_with(&shop.web, &[("resource", ORDERS), ("scope", EVERYTHING)], &[]).await);
            (claims.get("roles").cloned(), claims.get("permissions").cloned())
        };
        assert_eq!(ask().await, (Some(json!(["editor", "viewer"])), None));
        let listed = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let few = ApiSettings { roles: listed(&["viewer"]), permissions: listed(&["Order:*"]), ..settings(&[]) };
        shop.set(ORDERS, few.clone()).await;
        // Reading and updating depend on the order, so that no token can say it.
        assert_eq!(ask().await, (Some(json!(["viewer"])), Some(json!(["Order:list"]))));
        assign(server, server.project, &server.project_token, "suspended").await;
        assert_eq!(ask().await, (Some(json!(["suspended", "viewer"])), None), "what forbids is never left out");
        shop.set(ORDERS, ApiSettings { roles: Vec::new(), ..few }).await;
        assert_eq!(ask().await.0, Some(json!(["suspended"])));
    }

    async fn lifetime_and_algorithm_are_those_of_the_api(db: TestDatabase) {
        let shop = Shop::on(db).await;
        let alg = Some("RS256".to_owned());
        let strict = ApiSettings { access_token_seconds: Some(60), signing_alg: alg, ..settings(&["orders:read"]) };
        shop.set(ORDERS, strict).await;
        let tokens = shop.server.tokens_with(&shop.web, &[("resource", ORDERS), ("scope", EVERYTHING)], &[]).await;
        let claims = claims(&tokens);
        assert_eq!((&tokens.json["expires_in"], claims["exp"].as_i64()), (&json!(60), claims["iat"].as_i64().map(|at| at + 60)));
        assert_eq!(header(&tokens.text("access_token"))["alg"], "RS256");
        let both = [("resource", ORDERS), ("resource", BANK), ("scope", EVERYTHING)];
        let usual = shop.server.tokens_with(&shop.web, &both, &[]).await;
        assert_eq!(usual.json["expires_in"], 60, "the shortest counts");
        shop.set(BANK, ApiSettings { signing_alg: Some("ES256".into()), ..settings(&["bank:pay"]) }).await;
        assert_eq!(shop.server.tokens_with(&shop.web, &both, &[]).await.error(), "invalid_target");
        let one = shop.server.tokens_with(&shop.web, &both, &[("resource", BANK)]).await;
        assert_eq!(header(&one.text("access_token"))["alg"], "ES256");
    }

    async fn an_opaque_token_is_read_by_usher_alone_and_dies_with_its_grant(db: TestDatabase) {
        let shop = Shop::on(db).await;
        let server = &shop.server;
        shop.set(ORDERS, ApiSettings { token_format: TokenFormat::Opaque, ..settings(&["orders:read"]) }).await;
        let tokens = server.tokens_with(&shop.web, &[("resource", ORDERS), ("scope", EVERYTHING)], &[]).await;
        let token = tokens.text("access_token");
        assert_eq!(token.split('.').count(), 2, "it is no JWT");
        let module = server.client_of(server.project, ClientType::Machine, |_| ()).await;
        let read = server.call(&module, "/oauth2/introspect", &[("token", &token)]).await.json;
        assert_eq!((&read["active"], &read["aud"], &read["scope"]), (&json!(true), &json!([ORDERS]), &json!("orders:read")));
        let last = token.chars().last().expect("a character");
        let forged = format!("{}{}", &token[..token.len() - 1], if last == 'A' { 'B' } else { 'A' });
        assert!(!server.is_active(&module, &forged).await);
        assert_eq!(server.call(&shop.web, "/oauth2/revoke", &[("token", &token)]).await.status, 200);
        assert!(!server.is_active(&module, &token).await, "revoked by itself");
        let next = server.refresh(&shop.web, &tokens.text("refresh_token")).await.text("access_token");
        assert!(server.is_active(&module, &next).await);
        server.wait(601);
        assert!(!server.is_active(&module, &next).await, "expired");
    }

    /// RFC 9728 §4
    async fn the_metadata_lists_the_apis_where_they_are_all_the_operators(db: TestDatabase) {
        let server = TestServer::on(db, &[("projects.create", "admins")]).await;
        let read = async || {
            let request = server.http.get(server.at("/.well-known/openid-configuration"));
            crate::harness::relying_party::answer(request).await.json.get("protected_resources").cloned()
        };
        assert_eq!(read().await, None);
        let open = TestServer::start().await;
        open.api_of(open.project, ORDERS, settings(&[])).await;
        let request = open.http.get(open.at("/.well-known/oauth-authorization-server"));
        let document = crate::harness::relying_party::answer(request).await.json;
        assert_eq!(document.get("protected_resources"), None, "of nobody's concern where anybody creates projects");
        let server = TestServer::on(crate::harness::database::TestDatabase::sqlite().await, &[("projects.create", "admins")]).await;
        server.api_of(server.project, ORDERS, settings(&[])).await;
        let request = server.http.get(server.at("/.well-known/openid-configuration"));
        let document = crate::harness::relying_party::answer(request).await.json;
        assert_eq!(document["protected_resources"], json!([ORDERS]));
    }

    async fn the_tokens_of_a_deleted_api_are_dead_and_it_gets_no_more(db: TestDatabase) {
        let shop = Shop::on(db).await;
        let server = &shop.server;
        let tokens = server.tokens_with(&shop.web, &[("resource", ORDERS), ("scope", EVERYTHING)], &[]).await;
        let module = server.client_of(server.project, ClientType::Machine, |_| ()).await;
        assert!(server.is_active(&module, &tokens.text("access_token")).await);
        let api = server.usher.apis.load_api(server.project, ORDERS).await.unwrap();
        server.usher.apis.delete_api(&api).await.unwrap();
        assert!(!server.is_active(&module, &tokens.text("access_token")).await);
        assert_eq!(server.refresh(&shop.web, &tokens.text("refresh_token")).await.error(), "invalid_target");
        // Another API of that name is not the one that the grant is for.
        server.api_of(server.project, ORDERS, settings(&["orders:read"])).await;
        assert_eq!(server.refresh(&shop.web, &tokens.text("refresh_token")).await.error(), "invalid_target");
    }
}
