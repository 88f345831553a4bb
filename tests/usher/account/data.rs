//! Exporting the data, and deleting the account.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use usher_domain::oauth::client::ClientType;
use usher_storage::events::log::{Search, Who};

use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};
use crate::hooks::run_job;
use crate::web::wire::send;

const ANA: &str = "ana@example.test";

on_both_databases! {
    async fn the_file_holds_everything_about_the_person_and_no_secret(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        server.user("bob@example.test").await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.browser();
        let tokens = server.tokens(&mut browser, &client, ANA).await;
        server.userinfo(&tokens.text("access_token")).await;
        server.signed_in("bob@example.test").await;
        let csrf = browser.open(&server.at("/account/data")).await.value("csrf");
        let form = [("csrf", csrf.as_str())];
        let reply = send(server.ask(Method::POST, "/account/data/download", &browser.cookies).form(&form)).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert!(reply.header("content-disposition").starts_with("attachment"));
        let data: serde_json::Value = serde_json::from_str(&reply.body).expect("it is JSON");
        assert_eq!(data["user"]["sub"], ana.sub.0.as_str());
        assert_eq!(data["user"]["email"], ANA);
        assert_eq!(data["profile"]["given_name"], "ana");
        assert_eq!(data["factors"]["password"], true);
        for (list, least) in [("sessions", 1), ("consents", 1), ("grants", 1), ("released", 1), ("events", 3)] {
            assert!(data[list].as_array().is_some_and(|list| list.len() >= least), "{list}: {}", data[list]);
        }
        assert!(data["released"][0]["claims"]["email"].is_string(), "{}", data["released"]);
        let refresh = tokens.text("refresh_token");
        for secret in ["argon2", PASSWORD, browser.cookies["usher"].as_str(), refresh.as_str(), "secret_hash", "bob"] {
            assert!(!reply.body.contains(secret), "{secret}");
        }
    }

    async fn who_leaves_is_gone_from_every_row_and_stays_only_as_an_id(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let (mut browser, mut phone) = (server.browser(), server.signed_in(ANA).await);
        let tokens = server.tokens(&mut browser, &client, ANA).await;
        server.userinfo(&tokens.text("access_token")).await;
        let page = browser.open(&server.at("/account/data")).await;
        let gone = browser.press(&page, "delete", &[("confirmation", " Ana@Example.test ")]).await;
        assert_eq!(gone.status, StatusCode::OK, "{}", gone.body);
        assert!(gone.text(".receipt").contains("Test web"), "{}", gone.body);
        for browser in [&mut browser, &mut phone] {
            assert_eq!(browser.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"));
        }
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert!(!server.is_active(&client, &tokens.text("access_token")).await);
        for count in [
            "select count(*) from users",
            "select count(*) from password",
            "select count(*) from session",
            "select count(*) from grants",
            "select count(*) from consent",
            "select count(*) from access",
            "select count(*) from known_browser",
            "select count(*) from event where user_id is null and kind like 'user.%'",
        ] {
            assert_eq!(server.database.count(count).await, 0, "{count}");
        }
        assert_eq!(server.database.count("select count(*) from tombstone").await, 1);
        assert_eq!(server.database.count("select count(*) from event where kind = 'user.deleted'").await, 1);
        let search = Search { who: Some(Who::User(ana.id)), ..Search::default() };
        let shown = server.usher.core.store.search_log(&search, 100).await.unwrap().items;
        assert!(shown.len() > 5, "{shown:?}");
        assert!(shown.iter().all(|one| one.data.is_empty() == (one.kind != "user.deleted")), "{shown:?}");
        while server.usher.core.store.has_pending_events().await.unwrap() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        server.wait(61);
        run_job(&server.usher, "erase_events").await;
        let held = "select count(*) from event e where user_id is not null and kind <> 'user.deleted' and cast(data as text) <> '{}'";
        assert_eq!(server.database.count(held).await, 0, "of what was before, only the ids stay");
        assert_eq!(server.database.count("select count(*) from erasure").await, 0);
        let emails = server.emails().await;
        assert_eq!((emails[0].kind(), emails[0].to()), ("account_deleted", ANA));
        let page = browser.open(&server.at("/login")).await;
        assert_eq!(browser.sign_in(&page, ANA).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let again = server.user(ANA).await;
        assert_ne!((again.id, again.sub), (ana.id, ana.sub), "the same address is another person now");
    }

    async fn nobody_leaves_by_accident(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let page = browser.open(&server.at("/account/data")).await;
        for typed in ["", "ana", "bob@example.test", "yes"] {
            let again = browser.press(&page, "delete", &[("confirmation", typed)]).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed:?}");
            assert!(!again.text("#confirmation-error").is_empty(), "{}", again.body);
        }
        server.wait(301);
        let asked = browser.press(&page, "delete", &[("confirmation", ANA)]).await;
        assert!(asked.url.starts_with(&server.at("/login?")), "{}", asked.url);
        assert!(browser.open(&server.at("/account/data")).await.values("confirmation").is_empty());
        let back = browser.sign_in(&asked, ANA).await;
        assert_eq!(back.url, server.at("/account/data?done=repeat"), "nothing was deleted, and the page says so");
        assert_eq!(back.values("confirmation").len(), 1, "shown themselves again");
        assert_eq!(server.database.count("select count(*) from users").await, 1);
    }
}
