//! The receipt after signing out everywhere: the state of each application.

use usher_domain::oauth::client::ClientType;

use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

on_both_databases! {
    async fn each_application_is_listed_with_the_time_its_access_has_left(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (early, late) = (server.client(ClientType::Web, |m| m.client_name = "Early".into()).await,
            server.client(ClientType::Web, |m| m.client_name = "Late".into()).await);
        let mut browser = server.browser();
        server.tokens(&mut browser, &early, ANA).await;
        server.wait(6 * 60);
        server.tokens(&mut browser, &late, ANA).await;
        let page = browser.open(&server.at("/account/sessions")).await;
        let done = browser.press(&page, "end-all", &[]).await;
        let receipt = done.text(".receipt").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(receipt.contains("Early Its access ends within 4 minutes."), "{receipt}");
        assert!(receipt.contains("Late Its access ends within 10 minutes."), "{receipt}");
        assert!(!receipt.contains("told") && !receipt.contains("trying"), "nobody was notified yet: {receipt}");
    }

    async fn an_application_that_has_refreshed_may_have_asked_again_just_now(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.browser();
        let first = server.tokens(&mut browser, &client, ANA).await.text("refresh_token");
        server.refresh(&client, &first).await;
        server.wait(3600);
        assert_eq!(server.refresh(&client, &first).await.status, 200, "the answer was lost");
        let page = browser.open(&server.at("/logout")).await;
        let done = browser.submit(&page, &[("everywhere", "true"), ("logout", "yes")]).await;
        assert!(done.text(".receipt").contains("within 10 minutes"), "{}", done.body);
    }

    async fn an_application_whose_tokens_are_dead_has_no_access_left(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.browser();
        server.tokens(&mut browser, &client, ANA).await;
        server.wait(3600);
        let page = browser.open(&server.at("/logout")).await;
        let done = browser.submit(&page, &[("everywhere", "true"), ("logout", "yes")]).await;
        assert!(done.text(".receipt").contains("Its access has ended."), "{}", done.body);
    }

    async fn who_used_no_application_gets_no_receipt(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let page = browser.open(&server.at("/logout")).await;
        let done = browser.submit(&page, &[("everywhere", "true"), ("logout", "yes")]).await;
        assert!(done.text(".receipt").is_empty() && !done.text("h1").is_empty());
    }
}
