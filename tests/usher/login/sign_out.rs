//! Signing out: here or everywhere, and the effect on other tabs (LO-04).

use reqwest::StatusCode;
use usher_domain::oauth::client::ClientType;

use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

on_both_databases! {
    async fn signing_out_ends_the_session_and_every_grant_made_in_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.browser();
        let code = browser.go_through(&server.authorize_url(&client, &[]), "ana@example.test").await.code();
        let tokens = server.exchange(&client, &code).await;
        let page = browser.open(&server.at("/logout")).await;
        assert!(page.body.contains("ana@example.test"), "it says who is signed in");
        let done = browser.submit(&page, &[("logout", "yes")]).await;
        assert_eq!(done.status, StatusCode::OK);
        assert_eq!(browser.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"));
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert!(!server.is_active(&client, &tokens.text("access_token")).await);
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, StatusCode::UNAUTHORIZED);
    }

    async fn whoever_says_no_stays_signed_in(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let mut browser = server.signed_in("ana@example.test").await;
        let page = browser.open(&server.at("/logout")).await;
        assert_eq!(browser.submit(&page, &[("logout", "no")]).await.url, server.at("/account/profile"));
        assert_eq!(browser.open(&server.at("/account/profile")).await.status, StatusCode::OK);
    }

    async fn signing_out_everywhere_reaches_every_browser(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        server.user("bob@example.test").await;
        let mut laptop = server.signed_in("ana@example.test").await;
        let mut phone = server.signed_in("ana@example.test").await;
        let mut bob = server.signed_in("bob@example.test").await;
        let page = laptop.open(&server.at("/logout")).await;
        laptop.submit(&page, &[("everywhere", "true"), ("logout", "yes")]).await;
        for browser in [&mut laptop, &mut phone] {
            assert_eq!(browser.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"));
        }
        assert_eq!(bob.open(&server.at("/account/profile")).await.url, server.at("/account/profile"));
    }

    async fn who_stays_signed_in_returns_to_the_application(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.signed_in("ana@example.test").await;
        let url = server.at(&format!("/oauth2/logout?client_id={}", client.client.id));
        let question = browser.open(&url).await;
        let stays = browser.submit(&question, &[("logout", "no")]).await;
        assert_eq!(stays.url.trim_end_matches('/'), "https://rp.test");
        let question = browser.open(&server.at("/logout")).await;
        assert_eq!(browser.submit(&question, &[("logout", "no")]).await.url, server.at("/account/profile"));
    }

    /// LO-04: the old cookie, an earlier page and an unfinished request are invalid; the next user starts anew.
    async fn after_signing_out_nothing_from_before_works(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        server.user("bob@example.test").await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.signed_in("ana@example.test").await;
        let old = browser.cookies.clone();
        let consent = browser.open(&server.authorize_url(&client, &[])).await;
        assert!(consent.body.contains("name=\"decision\""));
        let security = browser.open(&server.at("/account/sessions")).await;
        let page = browser.open(&server.at("/logout")).await;
        browser.submit(&page, &[("logout", "yes")]).await;
        let landing = browser.submit(&consent, &[("decision", "allow")]).await;
        assert!(landing.url.starts_with(&server.at("/login?")) && landing.answer("code").is_none(), "{}", landing.url);
        let landing = browser.press(&security, "end-all", &[]).await;
        assert_eq!(landing.url, server.at("/login?next=%2Faccount%2Fsessions%3Fdone%3Drepeat"));
        let page = browser.open(&server.at("/login")).await;
        browser.sign_in(&page, "bob@example.test").await;
        let landing = browser.submit(&consent, &[("decision", "allow")]).await;
        assert!(
            landing.url.starts_with(&server.at("/login?")) && landing.answer("code").is_none(),
            "nor does Bob answer for Ana: {}",
            landing.url
        );
        let bob = browser.open(&server.at("/account/profile")).await;
        assert!(bob.body.contains("bob@example.test") && !bob.body.contains("ana@example.test"));
        browser.cookies = old;
        assert_eq!(browser.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"), "the old cookie is dead");
    }

    async fn nobody_is_asked_whether_to_sign_nobody_out(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut nobody = server.browser();
        let page = nobody.open(&server.at("/logout")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.body.contains("name=\"logout\""), "there is nothing to ask");
    }
}
