//! The receipt after signing out everywhere shows the local modules and when they acknowledged the end.

use usher_domain::oauth::client::ClientType;
use usher_protocol::scope::Scope;

use super::follower::{Follower, module};
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

/// Ana, signed in to an application of the project.
async fn signed_in_at_shop(server: &TestServer) -> Browser<'_> {
    server.user(ANA).await;
    let shop = server
        .client(ClientType::Web, |client| {
            client.client_name = "Shop".into();
            client.scope = Scope::of(["openid"]);
        })
        .await;
    let mut browser = server.browser();
    server.tokens(&mut browser, &shop, ANA).await;
    browser
}

async fn receipt_after_signing_out_everywhere(server: &TestServer, browser: &mut Browser<'_>) -> String {
    let page = browser.open(&server.at("/logout")).await;
    let done = browser.submit(&page, &[("everywhere", "true"), ("logout", "yes")]).await;
    done.text(".receipt").split_whitespace().collect::<Vec<_>>().join(" ")
}

on_both_databases! {
    async fn a_module_that_acknowledges_the_end_is_named_with_the_time(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = signed_in_at_shop(&server).await;
        let (_, token) = module(&server).await;
        let mut follower = Follower::on_host(&server, &token, "web-1").await;
        let following = tokio::spawn(async move {
            let entry = follower.entry().await;
            follower.acknowledge(entry["c"].as_i64().expect("a position"), None).await;
            follower
        });
        let receipt = receipt_after_signing_out_everywhere(&server, &mut browser).await;
        assert!(receipt.contains("Shop Its local modules refuse your session."), "{receipt}");
        assert!(receipt.contains("The local module Test machine (web-1, usher-sdk-test/1.2.3) acknowledged this:"), "{receipt}");
        drop(following.await);
    }

    async fn a_module_that_is_silent_is_named_as_one_that_has_not_acknowledged(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = signed_in_at_shop(&server).await;
        let (_, token) = module(&server).await;
        let (prompt, silent) = (Follower::by(&server, &token, None).await, Follower::of(&server).await);
        let receipt = receipt_after_signing_out_everywhere(&server, &mut browser).await;
        assert!(receipt.contains("Shop Its access ends within"), "{receipt}");
        assert_eq!(receipt.matches("has not acknowledged this yet.").count(), 2, "{receipt}");
        drop((prompt, silent));
    }
}
