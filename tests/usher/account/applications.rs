//! The applications with access: their scopes, their released claims, and withdrawing access.

use reqwest::StatusCode;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::IdTokenContent;

use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const LOGIN: &str = "/login?next=%2Faccount%2Fprofile";

on_both_databases! {
    async fn an_application_shows_what_it_may_have_and_what_it_was_given(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |client| client.id_token_claims = IdTokenContent::Minimal).await;
        let mut browser = server.browser();
        let none = { let mut fresh = server.signed_in(ANA).await; fresh.open(&server.at("/account/apps")).await };
        assert!(none.values("client").is_empty() && !none.text(".empty").is_empty());
        let tokens = server.tokens(&mut browser, &client, ANA).await;
        let page = browser.open(&server.at("/account/apps")).await;
        assert_eq!(page.values("client"), [client.client.id.0.as_str()]);
        assert!(page.text(".scopes").contains("Your email address"), "{}", page.body);
        assert!(!page.text("details").contains("Email address"), "allowed is not given");
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 200);
        let page = browser.open(&server.at("/account/apps")).await;
        assert!(page.text("details").contains("Email address"), "{}", page.body);
    }

    /// The release of claims is recorded once an hour, not at every request.
    async fn what_is_given_is_written_down_once_an_hour_and_not_at_every_request(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.browser();
        let tokens = server.tokens(&mut browser, &client, ANA).await;
        server.userinfo(&tokens.text("access_token")).await;
        let first = server.usher.core.store.list_accesses(ana.id).await.expect("they can be listed").remove(0);
        server.wait(60);
        server.userinfo(&tokens.text("access_token")).await;
        let second = server.usher.core.store.list_accesses(ana.id).await.expect("they can be listed").remove(0);
        assert_eq!(first, second, "nothing new was given");
        assert!(first.claims.contains_key("email") && first.claims.contains_key("sub"), "{first:?}");
    }

    /// Another instance that has cached an earlier release records the release after a withdrawal again.
    async fn what_is_given_after_a_withdrawal_is_written_down_by_every_instance(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let client = server.client(ClientType::Web, |client| client.id_token_claims = IdTokenContent::Minimal).await;
        let second = server.second_instance().await;
        let mut browser = server.browser();
        let tokens = server.tokens(&mut browser, &client, ANA).await;
        assert_eq!(second.userinfo(&tokens.text("access_token")).await.status, 200);
        let page = browser.open(&server.at("/account/apps")).await;
        browser.submit(&page, &[("client", &client.client.id.0)]).await;
        assert!(server.usher.core.store.list_accesses(ana.id).await.unwrap().is_empty());
        let landing = browser.go_through(&server.authorize_url(&client, &[]), ANA).await;
        let tokens = server.exchange(&client, &landing.code()).await;
        assert_eq!(second.userinfo(&tokens.text("access_token")).await.status, 200);
        let given = server.usher.core.store.list_accesses(ana.id).await.unwrap();
        assert!(given[0].claims.contains_key("email"), "{given:?}");
    }

    async fn taking_access_back_ends_every_grant_and_asks_again_next_time(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (client, other) = (server.client(ClientType::Web, |_| {}).await, server.client(ClientType::Web, |_| {}).await);
        let mut browser = server.browser();
        let tokens = server.tokens(&mut browser, &client, ANA).await;
        let kept = server.tokens(&mut browser, &other, ANA).await;
        server.userinfo(&tokens.text("access_token")).await;
        let page = browser.open(&server.at("/account/apps")).await;
        let done = browser.submit(&page, &[("client", &client.client.id.0)]).await;
        assert_eq!(done.url, server.at("/account/apps?done=1"));
        assert_eq!(done.values("client"), [other.client.id.0.as_str()]);
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert!(!server.is_active(&client, &tokens.text("access_token")).await);
        assert!(server.is_active(&other, &kept.text("access_token")).await);
        let consent = browser.open(&server.authorize_url(&client, &[])).await;
        assert!(consent.body.contains("name=\"decision\""), "it has to ask anew");
        let events = "select count(*) from event where kind = 'consent.withdrawn'";
        assert_eq!(server.database.count(events).await, 1);
    }

    /// Applications of another user are not found.
    async fn nobody_takes_back_what_is_not_theirs(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.user("bob@example.test").await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut ana = server.browser();
        let tokens = server.tokens(&mut ana, &client, ANA).await;
        let mut bob = server.signed_in("bob@example.test").await;
        let csrf = bob.open(&server.at("/account/data")).await.value("csrf");
        let mut answers = Vec::new();
        for id in [client.client.id.0.as_str(), "nothing", ""] {
            let reply = server.post_as(&bob, "/account/apps", &[("csrf", &csrf), ("client", id)]).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{id}");
            answers.push(reply.fingerprint("\u{0}"));
        }
        assert_eq!(answers[0], answers[1]);
        assert!(server.is_active(&client, &tokens.text("access_token")).await);
        assert_ne!(ana.open(&server.at("/account/profile")).await.url, server.at(LOGIN));
    }

    /// An application without a refresh token has access until its access token expires.
    async fn a_first_party_application_is_listed_while_its_grant_works(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |metadata| metadata.first_party = true).await;
        let mut browser = server.signed_in(ANA).await;
        let code = browser.open(&server.authorize_url(&client, &[("scope", "openid email")])).await.code();
        server.exchange(&client, &code).await;
        assert_eq!(browser.open(&server.at("/account/apps")).await.values("client").len(), 1);
        server.wait(601);
        assert_eq!(browser.open(&server.at("/account/apps")).await.values("client").len(), 0);
    }
}
