//! The lifetimes of sessions (SE-08).

use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

/// An idle lifetime of one hour, an absolute one of three.
const SHORT: &[(&str, &str)] = &[("session.idle", "1h"), ("session.absolute", "3h")];

async fn is_in(server: &TestServer, browser: &mut Browser<'_>) -> bool {
    browser.open(&server.at("/account/profile")).await.url == server.at("/account/profile")
}

on_both_databases! {
    async fn a_session_that_nobody_uses_ends(db: TestDatabase) {
        let server = TestServer::on(db, SHORT).await;
        server.user("ana@example.test").await;
        let mut browser = server.signed_in("ana@example.test").await;
        server.wait(3_599);
        assert!(is_in(&server, &mut browser).await, "a second before the limit");
        server.wait(3_600);
        assert!(!is_in(&server, &mut browser).await, "at the limit");
        assert!(!is_in(&server, &mut browser).await, "and it stays over");
    }

    async fn no_use_carries_a_session_beyond_its_absolute_limit(db: TestDatabase) {
        let server = TestServer::on(db, SHORT).await;
        server.user("ana@example.test").await;
        let mut browser = server.signed_in("ana@example.test").await;
        for _ in 0..5 {
            server.wait(1_800);
            assert!(is_in(&server, &mut browser).await);
        }
        server.wait(1_799);
        assert!(is_in(&server, &mut browser).await, "a second before the limit");
        server.wait(1);
        assert!(!is_in(&server, &mut browser).await, "however lately it was used");
    }

    async fn signing_in_again_does_not_move_the_absolute_limit(db: TestDatabase) {
        let server = TestServer::on(db, SHORT).await;
        server.user("ana@example.test").await;
        let mut browser = server.signed_in("ana@example.test").await;
        for _ in 0..3 {
            server.wait(3_000);
            let page = browser.open(&server.at("/login")).await;
            browser.sign_in(&page, "ana@example.test").await;
            assert!(is_in(&server, &mut browser).await);
        }
        server.wait(1_800);
        assert!(!is_in(&server, &mut browser).await);
        assert_eq!(server.database.count("select count(*) from session").await, 1);
        let page = browser.open(&server.at("/login")).await;
        browser.sign_in(&page, "ana@example.test").await;
        assert_eq!(server.database.count("select count(*) from session").await, 2, "then it is a new one");
    }

    async fn whoever_works_in_the_console_is_not_idle(db: TestDatabase) {
        let server = TestServer::on(db, SHORT).await;
        let mut browser = crate::console::administrator(&server).await;
        for _ in 0..3 {
            server.wait(2_400);
            assert_eq!(browser.open(&server.at("/console")).await.url, server.at("/console"));
        }
    }
}
