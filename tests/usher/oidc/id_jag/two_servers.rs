//! Two servers of Usher: people sign in to the second by the first, which vouches there for an application of theirs.

use serde_json::json;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::SubjectType;

use super::{ANA, ask, at, exchanges, present, presents, trust};
use crate::apis::{scope, settings};
use crate::harness::database::on_both_databases;
use crate::harness::providers::OIDC;
use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;
use usher_domain::secret::Secret;

const ORDERS: &str = "https://orders.test";

on_both_databases! {
    async fn an_application_of_one_server_gets_a_token_of_the_other_without_a_page(db: TestDatabase) {
        let works = TestServer::start().await;
        let shop = TestServer::on(db, &[("outbound.allow", "127.0.0.0/8")]).await;
        works.user(ANA).await;
        let callback = shop.at("/upstream/oidc/callback");
        let sso = works
            .client(ClientType::Web, |client| {
                client.redirect_uris = vec![callback];
                client.subject_type = SubjectType::Pairwise;
            })
            .await;
        trust(&shop, &works.url, |settings| settings.client_id = sso.client.id.0.clone()).await;
        let secret = Some(Secret::from(sso.secret.clone().expect("it has a secret").as_str()));
        shop.usher.providers.change_provider(&OIDC.default_id(), secret, Ok::<_, ()>).await.unwrap().unwrap();
        shop.api_of(shop.project, ORDERS, settings(&["orders:read", "orders:write"])).await;
        let there = shop
            .client(ClientType::Machine, |client| {
                presents(client);
                client.scope = scope("orders:read");
            })
            .await;
        let wiki = works
            .client(ClientType::Web, |client| {
                exchanges(client);
                let all = json!([at(&shop.url, &there.client.id.0, &sso)]);
                client.cross_app_access = serde_json::from_value(all).expect("the member");
            })
            .await;
        let id_token = works.tokens_with(&wiki, &[("scope", "openid")], &[]).await.text("id_token");
        let asked = [("audience", &*shop.url), ("resource", ORDERS), ("scope", "orders:read orders:write")];
        let assertion = ask(&works, &wiki, &id_token, &asked).await.text("access_token");
        assert_eq!(present(&shop, &there, &assertion, &[]).await.error(), "invalid_grant", "Ana is not known there");

        // Ana signs in to the shop, by the works.
        let mut browser = shop.browser();
        let away = browser.open(&shop.at("/upstream/oidc/start")).await;
        assert!(away.url.starts_with(&works.url), "{} {}", away.status, away.url);
        let back = works.browser().go_through(&away.url, ANA).await;
        let landing = browser.open(&back.url).await;
        assert_eq!(shop.database.count("select count(*) from identity").await, 1, "{} {}", landing.url, landing.body);

        let assertion = ask(&works, &wiki, &id_token, &asked).await.text("access_token");
        let answer = present(&shop, &there, &assertion, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.text("scope").as_str()), (200, "orders:read"), "{answer:?}");
        let claims = payload(&answer.text("access_token"));
        let ana = shop.usher.users.load_user(ANA).await.unwrap();
        assert_eq!((&claims["sub"], &claims["aud"]), (&json!(ana.sub.0), &json!([ORDERS])));
        assert!(shop.is_active(&there, &answer.text("access_token")).await);
        assert_eq!(present(&shop, &there, &assertion, &[]).await.error(), "invalid_grant", "once");
        // An assertion to the shop opens nothing at the works themselves.
        let own = works.client(ClientType::Machine, presents).await;
        assert_eq!(present(&works, &own, &assertion, &[]).await.error(), "invalid_grant");
    }
}
