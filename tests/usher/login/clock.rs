//! A clock that is set back for a moment: nothing expires.

use std::time::Duration;

use usher_accounts::{Browser, Device, ReturnTo};
use usher_domain::oauth::client::ClientType;

use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;
use crate::hooks::run_job;

const ANA: &str = "ana@example.test";
const TEN_YEARS: Duration = Duration::from_hours(10 * 365 * 24);

on_both_databases! {
    /// RL-05
    async fn a_clock_ten_years_behind_for_five_seconds_ends_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.sign_in", "off")]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| ()).await;
        let mut browser = server.signed_in(ANA).await;
        let mut token = server.tokens(&mut browser, &client, ANA).await.text("refresh_token");
        let mut own = server.tokens_of(ANA).await.text("refresh_token");
        let idle_ends = "select min(idle_expires_at) from session";
        let family_ends = "select min(idle_expires_at) from grants where idle_expires_at is not null";
        server.wait(600);
        let before = (server.database.count(idle_ends).await, server.database.count(family_ends).await);
        server.clock.turn_back(TEN_YEARS);
        for _ in 0..5 {
            assert_eq!(browser.open(&server.at("/account/profile")).await.status, 200);
            let page = browser.open(&server.at("/login?next=/account/profile&again=1")).await;
            assert_eq!(browser.sign_in(&page, ANA).await.url, server.at("/account/profile"));
            token = server.refresh(&client, &token).await.text("refresh_token");
            own = server.post_json("auth/refresh", &serde_json::json!({"refresh_token": own})).await.text("refresh_token");
            for job in ["clean_up", "tend_keys", "learn_keys"] {
                run_job(&server.usher, job).await;
            }
            server.wait(1);
        }
        server.clock.advance(TEN_YEARS);
        let after = (server.database.count(idle_ends).await, server.database.count(family_ends).await);
        assert!(after.0 >= before.0 && after.1 >= before.1, "{before:?} {after:?}");
        assert_eq!(browser.open(&server.at("/account/profile")).await.url, server.at("/account/profile"));
        let refreshed = server.refresh(&client, &token).await;
        assert_eq!(refreshed.status, 200, "{refreshed:?}");
        assert_eq!(server.userinfo(&refreshed.text("access_token")).await.status, 200);
        let again = server.post_json("auth/refresh", &serde_json::json!({"refresh_token": own})).await;
        assert_eq!(again.status, 200, "{again:?}");
        assert_eq!(server.database.count("select count(*) from session where ended_at is not null").await, 0);
    }

    async fn a_clock_ten_years_ahead_for_a_moment_holds_nothing_up(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.sign_in", "2/min")]).await;
        server.user(ANA).await;
        server.clock.advance(TEN_YEARS);
        let mut stranger = server.browser();
        let page = stranger.open(&server.at("/login")).await;
        for _ in 0..3 {
            stranger.submit(&page, &[("email", ANA), ("password", "a wrong password it is")]).await;
        }
        server.usher.recovery.request_recovery(ANA, ReturnTo::default(), &Browser::default(), &Device::default()).await.unwrap();
        server.clock.turn_back(TEN_YEARS);
        server.wait(60);
        let mut browser = server.browser();
        let page = browser.open(&server.at("/login")).await;
        browser.sign_in(&page, ANA).await;
        server.wait(60);
        let page = browser.open(&server.at("/login")).await;
        assert_eq!(browser.sign_in(&page, ANA).await.url, server.at("/account/profile"), "it waited for a minute, not for years");
        assert!(server.emails().await.iter().all(|email| email.kind() != "recovery"), "it is to be sent in ten years");
        run_job(&server.usher, "clean_up").await;
        assert!(server.emails().await.iter().any(|email| email.kind() == "recovery"), "now it is sent");
    }

    async fn a_rotation_is_never_dated_back(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| ()).await;
        let token = server.tokens(&mut server.browser(), &client, ANA).await.text("refresh_token");
        server.wait(600);
        let second = server.refresh(&client, &token).await.text("refresh_token");
        let rotated = "select max(rotated_at) from grants";
        let before = server.database.count(rotated).await;
        server.clock.turn_back(TEN_YEARS);
        assert_eq!(server.refresh(&client, &second).await.status, 200);
        assert_eq!(server.database.count(rotated).await, before);
    }

    async fn a_lease_of_a_clock_that_was_ahead_ends_when_one_taken_now_would(db: TestDatabase) {
        let store = &db.store;
        let at = |seconds: i64| usher_domain::time::Timestamp(1_800_000_000 + seconds);
        let ten_years = 10 * 365 * 86_400;
        assert!(store.take_lease("sweep", "dead", at(ten_years), at(ten_years + 60)).await.unwrap());
        assert!(!store.take_lease("sweep", "two", at(0), at(60)).await.unwrap(), "its holder may be alive");
        assert!(!store.take_lease("sweep", "two", at(59), at(119)).await.unwrap(), "and is looked for no longer");
        assert!(store.take_lease("sweep", "two", at(61), at(121)).await.unwrap(), "than a lease lasts");
        assert!(store.take_lease("sweep", "two", at(62), at(122)).await.unwrap());
        store.release_lease("sweep", "dead").await.unwrap();
        assert!(!store.take_lease("sweep", "three", at(63), at(123)).await.unwrap(), "only its holder gives it up");
        store.release_lease("sweep", "two").await.unwrap();
        assert!(store.take_lease("sweep", "three", at(63), at(123)).await.unwrap());
    }

    async fn a_lease_and_last_uses_never_move_back(db: TestDatabase) {
        let store = &db.store;
        let at = |seconds: i64| usher_domain::time::Timestamp(1_800_000_000 + seconds);
        assert!(store.take_lease("sweep", "one", at(0), at(60)).await.unwrap());
        assert!(store.take_lease("sweep", "one", at(-1_000), at(-940)).await.unwrap(), "its own it may renew");
        assert!(!store.take_lease("sweep", "two", at(30), at(90)).await.unwrap(), "and it is not shortened by it");
        assert!(store.take_lease("sweep", "two", at(61), at(90)).await.unwrap());
    }
}
