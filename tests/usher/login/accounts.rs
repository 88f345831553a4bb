//! Several users in one browser.

use reqwest::StatusCode;
use usher_domain::oauth::client::ClientType;

use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

/// A browser in which both are signed in, Bob last.
async fn two(server: &TestServer) -> Browser<'_> {
    server.user("ana@example.test").await;
    server.user("bob@example.test").await;
    let mut browser = server.signed_in("ana@example.test").await;
    let page = browser.open(&server.at("/login")).await;
    browser.sign_in(&page, "bob@example.test").await;
    browser
}

/// The handle of an account on the chooser: the first is the one used last.
async fn handle(server: &TestServer, browser: &mut Browser<'_>, place: usize) -> String {
    browser.open(&server.at("/login/accounts")).await.values("account")[place].clone()
}

on_both_databases! {
    async fn two_people_are_signed_in_side_by_side_and_the_last_used_comes_first(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = two(&server).await;
        assert!(browser.open(&server.at("/account/profile")).await.body.contains("bob@example.test"));
        let page = browser.open(&server.at("/login/accounts")).await;
        assert_eq!(page.values("account").len(), 3, "both, and another one");
        let ana = handle(&server, &mut browser, 1).await;
        let landing = browser.submit(&page, &[("account", &ana)]).await;
        assert_eq!(landing.url, server.at("/account/profile"));
        assert!(landing.body.contains("ana@example.test"));
    }

    async fn an_account_taken_off_the_list_is_signed_out(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = two(&server).await;
        let before = browser.cookies.clone();
        let page = browser.open(&server.at("/login/accounts")).await;
        let bob = handle(&server, &mut browser, 0).await;
        let page = browser.submit(&page, &[("remove", &bob)]).await;
        assert!(!page.body.contains("bob@example.test") && page.body.contains("ana@example.test"), "{}", page.body);
        assert!(browser.open(&server.at("/account/profile")).await.body.contains("ana@example.test"));
        browser.cookies = before;
        assert!(
            !browser.open(&server.at("/account/profile")).await.body.contains("bob@example.test"),
            "his secret is dead"
        );
    }

    async fn whoever_is_chosen_for_a_client_is_who_the_client_meets(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = two(&server).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let page = browser.open(&server.authorize_url(&client, &[("prompt", "select_account")])).await;
        let ana = page.values("account")[1].clone();
        let consent = browser.submit(&page, &[("account", &ana)]).await;
        assert!(consent.body.contains("ana@example.test"), "{}", consent.body);
        let landing = browser.submit(&consent, &[("decision", "allow")]).await;
        let tokens = server.exchange(&client, &landing.code()).await;
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.json["email"], "ana@example.test");
    }

    /// Even after signing in during the request: switching the account takes effect.
    async fn at_the_consent_page_another_account_can_be_chosen(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = two(&server).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let page = browser
            .open(&server.authorize_url(&client, &[("prompt", "login"), ("login_hint", "bob@example.test")]))
            .await;
        let consent = browser.sign_in(&page, "bob@example.test").await;
        let interaction = consent.value("interaction");
        let chooser = browser.open(&server.at(&format!("/login/accounts?interaction={interaction}"))).await;
        let ana = chooser.values("account")[1].clone();
        let again = browser.submit(&chooser, &[("account", &ana)]).await;
        assert!(again.body.contains("name=\"password\""), "the client wants to see her password: {}", again.body);
        let consent = browser.sign_in(&again, "ana@example.test").await;
        let landing = browser.submit(&consent, &[("decision", "allow")]).await;
        let tokens = server.exchange(&client, &landing.code()).await;
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.json["email"], "ana@example.test");
    }

    /// The answer applies to the user who was asked, whoever is signed in when it arrives.
    async fn consent_is_given_by_the_person_who_was_asked(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = two(&server).await;
        let consent = browser.open(&server.authorize_url(&client, &[])).await;
        assert!(consent.body.contains("bob@example.test"));
        let chooser = browser.open(&server.at("/login/accounts")).await;
        let ana = chooser.values("account")[1].clone();
        browser.submit(&chooser, &[("account", &ana)]).await;
        let landing = browser.submit(&consent, &[("decision", "allow")]).await;
        let tokens = server.exchange(&client, &landing.code()).await;
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.json["email"], "bob@example.test");
    }

    async fn another_account_leads_to_an_empty_sign_in_page(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = two(&server).await;
        server.user("eve@example.test").await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let page = browser.open(&server.authorize_url(&client, &[("prompt", "select_account")])).await;
        let page = browser.submit(&page, &[("account", "new")]).await;
        assert_eq!(page.value("email"), "");
        let consent = browser.sign_in(&page, "eve@example.test").await;
        assert!(consent.body.contains("eve@example.test"), "{}", consent.body);
    }

    /// SE-09: the handle of another browser's session is invalid.
    async fn nobody_chooses_or_removes_an_account_of_another_browser(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = two(&server).await;
        let bob = handle(&server, &mut browser, 0).await;
        let mut stranger = server.browser();
        let csrf = stranger.open(&server.at("/login")).await.value("csrf");
        for (path, field, then) in
            [("/login/accounts", "account", "/login"), ("/login/accounts/remove", "remove", "/login/accounts")]
        {
            let reply = server.post_as(&stranger, path, &[("csrf", &csrf), (field, &bob)]).await;
            assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, then), "{field}");
            assert!(reply.set_cookies().is_empty(), "{field}");
        }
        assert!(browser.open(&server.at("/account/profile")).await.body.contains("bob@example.test"));
    }

    async fn an_account_that_signed_out_is_remembered_as_such(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let mut browser = server.signed_in("ana@example.test").await;
        let page = browser.open(&server.at("/logout")).await;
        browser.submit(&page, &[("logout", "yes")]).await;
        let page = browser.open(&server.at("/login/accounts")).await;
        assert!(page.body.contains("ana@example.test"), "{}", page.body);
        let ana = page.values("account")[0].clone();
        assert_eq!(browser.submit(&page, &[("account", &ana)]).await.url, server.at("/login"));
    }
}
