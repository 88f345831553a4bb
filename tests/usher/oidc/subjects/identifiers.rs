//! By which identifier clients of one sector and of another know a user: tokens, userinfo, introspection, hints.

use serde_json::{Value, json};
use usher_domain::oauth::client::ClientType;
use usher_protocol::token_exchange::{ACCESS_TOKEN_TYPE, TOKEN_EXCHANGE_GRANT};

use super::{ANA, pairwise};
use crate::apis::{ORDERS, scope, settings};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, payload};
use crate::harness::server::TestServer;

fn sub(token: &str) -> String {
    payload(token)["sub"].as_str().expect("a sub").to_owned()
}

async fn silently(
    server: &TestServer,
    browser: &mut crate::harness::browser::Browser<'_>,
    client: &usher_accounts::RegisteredClient,
    named: (&str, &str),
) -> String {
    let url = server.authorize_url(client, &[("prompt", "none"), named]);
    browser.open(&url).await.answer("error").unwrap_or_else(|| "ok".to_owned())
}

on_both_databases! {
    async fn a_person_has_one_identifier_at_each_host_and_it_is_never_the_public_one(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let public = server.user(ANA).await.sub.0;
        let shop = server.pairwise_client("https://shop.test/cb").await;
        let tokens = server.signed_in_at(&mut server.browser(), &shop).await;
        let own = sub(&tokens.text("id_token"));
        assert_ne!(own, public);
        assert!(own.len() <= 255 && own.is_ascii());
        let access = tokens.text("access_token");
        assert_eq!(sub(&access), own, "the client can read the access token");
        assert_eq!(server.userinfo(&access).await.json["sub"], json!(own));
        for token in [&access, &tokens.text("refresh_token")] {
            let told = server.call(&shop, "/oauth2/introspect", &[("token", token)]).await;
            assert_eq!((&told.json["active"], &told.json["sub"]), (&json!(true), &json!(own)));
        }
        let refreshed = server.refresh(&shop, &tokens.text("refresh_token")).await;
        assert_eq!((sub(&refreshed.text("id_token")), sub(&refreshed.text("access_token"))), (own.clone(), own.clone()));

        let same_host = server.pairwise_client("https://shop.test/other").await;
        let other_host = server.pairwise_client("https://bank.test/cb").await;
        let plain = server.client(ClientType::Web, |client| client.first_party = true).await;
        let browser = &mut server.browser();
        assert_eq!(sub(&server.signed_in_at(browser, &same_host).await.text("id_token")), own);
        let elsewhere = sub(&server.signed_in_at(browser, &other_host).await.text("id_token"));
        assert!(elsewhere != own && elsewhere != public);
        assert_eq!(sub(&server.signed_in_at(browser, &plain).await.text("id_token")), public);
        assert_eq!(sub(&server.signed_in_at(&mut server.browser(), &shop).await.text("id_token")), own, "another day");
    }

    /// ID-08
    async fn nobody_inherits_the_identifier_of_a_deleted_person(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let shop = server.pairwise_client("https://shop.test/cb").await;
        let before = sub(&server.signed_in_at(&mut server.browser(), &shop).await.text("id_token"));
        server.usher.account_deletion.remove_user(ana).await.unwrap();
        server.user(ANA).await;
        let after = sub(&server.signed_in_at(&mut server.browser(), &shop).await.text("id_token"));
        assert_ne!(before, after);
    }

    async fn a_client_names_a_person_by_its_own_identifier_and_by_no_other(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let public = server.user(ANA).await.sub.0;
        let shop = server.pairwise_client("https://shop.test/cb").await;
        let bank = server.pairwise_client("https://bank.test/cb").await;
        let plain = server.client(ClientType::Web, |client| client.first_party = true).await;
        let browser = &mut server.browser();
        let at_shop = server.signed_in_at(browser, &shop).await.text("id_token");
        let at_bank = server.signed_in_at(browser, &bank).await.text("id_token");
        let at_plain = server.signed_in_at(browser, &plain).await.text("id_token");
        for (client, hint, expected) in [
            (&shop, &at_shop, "ok"),
            (&bank, &at_bank, "ok"),
            (&plain, &at_plain, "ok"),
            // Whoever has tokens of two clients must not learn that they are about one person.
            (&shop, &at_bank, "login_required"),
            (&bank, &at_plain, "login_required"),
            (&plain, &at_shop, "login_required"),
        ] {
            let id = &client.client.metadata.redirect_uris;
            assert_eq!(silently(&server, browser, client, ("id_token_hint", hint)).await, expected, "{id:?}");
            let claims = json!({"id_token": {"sub": {"value": sub(hint)}}}).to_string();
            assert_eq!(silently(&server, browser, client, ("claims", &claims)).await, expected, "{id:?}");
        }
        for (values, expected) in [
            (json!([sub(&at_shop)]), "ok"), (json!(["nobody", sub(&at_shop)]), "ok"),
            (json!(["nobody"]), "login_required"), (json!([sub(&at_bank), "nobody"]), "login_required"),
        ] {
            let claims = json!({"id_token": {"sub": {"values": values}}}).to_string();
            assert_eq!(silently(&server, browser, &shop, ("claims", &claims)).await, expected, "{values}");
        }
        let claims = json!({"id_token": {"sub": {"value": public}}}).to_string();
        assert_eq!(silently(&server, browser, &shop, ("claims", &claims)).await, "login_required");
    }

    async fn a_login_hint_may_be_the_identifier_that_the_client_knows(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.user("bob@example.test").await;
        let shop = server.pairwise_client("https://shop.test/cb").await;
        let mut browser = server.browser();
        let ana = sub(&server.signed_in_at(&mut browser, &shop).await.text("id_token"));
        let page = browser.open(&server.authorize_url(&shop, &[("prompt", "login"), ("login_hint", "bob@example.test")])).await;
        let page = browser.submit(&page, &[("account", "new")]).await;
        browser.sign_in(&page, "bob@example.test").await;
        let url = server.authorize_url(&shop, &[("prompt", "none"), ("login_hint", &ana)]);
        let landing = browser.open(&url).await;
        let form = [
            ("grant_type", "authorization_code"), ("code", &*landing.code()), ("redirect_uri", "https://shop.test/cb"),
            ("code_verifier", crate::harness::relying_party::VERIFIER),
        ];
        let tokens = server.call(&shop, "/oauth2/token", &form).await;
        assert_eq!(sub(&tokens.text("id_token")), ana);
    }

    async fn an_exchanged_token_names_the_person_as_its_own_client_knows_them(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let public = server.user(ANA).await.sub.0;
        server.api_of(server.project, ORDERS, settings(&["orders:read"])).await;
        let shop = server.client(ClientType::Web, |client| {
            pairwise(client, "https://shop.test/cb");
            client.scope = scope("openid orders:read offline_access");
            client.audience = vec![ORDERS.into()];
        }).await;
        let exchanges = |client: &mut usher_protocol::client::metadata::ClientMetadata| {
            client.grant_types.push(TOKEN_EXCHANGE_GRANT.to_owned());
            client.scope = scope("orders:read");
            client.may_impersonate = true;
        };
        let plain = server.client(ClientType::Machine, exchanges).await;
        let subject = server.signed_in_at(&mut server.browser(), &shop).await.text("access_token");
        let exchange = async |client: &usher_accounts::RegisteredClient| -> Answer {
            let form = [
                ("grant_type", TOKEN_EXCHANGE_GRANT), ("subject_token", &*subject),
                ("subject_token_type", ACCESS_TOKEN_TYPE), ("audience", ORDERS),
            ];
            server.call(client, "/oauth2/token", &form).await
        };
        let at_plain = exchange(&plain).await.text("access_token");
        assert_eq!(sub(&at_plain), public);
        assert_ne!(sub(&subject), public);
    }
}

#[tokio::test]
async fn userinfo_is_signed_for_a_client_that_is_registered_so() {
    let server = TestServer::start().await;
    let public = server.user(ANA).await.sub.0;
    for alg in ["RS256", "ES256", "PS256", "EdDSA"] {
        let client = server
            .client(ClientType::Web, |client| {
                client.userinfo_signed_response_alg = Some(alg.into());
                client.first_party = true;
            })
            .await;
        let token = server.signed_in_at(&mut server.browser(), &client).await.text("access_token");
        let response = server.http.get(server.at("/oauth2/userinfo")).bearer_auth(&token).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/jwt");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let jwt = response.text().await.unwrap();
        assert!(server.is_published(&jwt).await, "{alg}");
        let (header, claims) = (crate::harness::relying_party::header(&jwt), payload(&jwt));
        assert_eq!((&header["alg"], &claims["sub"]), (&json!(alg), &json!(public)));
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(server.url), &json!(client.client.id.0)));
        assert_eq!((&claims["email"], &claims["nonce"], &claims["exp"]), (&json!(ANA), &Value::Null, &Value::Null));
        // It passes for no other token.
        assert_eq!(server.userinfo(&jwt).await.error(), "invalid_token");
    }
}
