//! The local modules of a project in the console: who is connected, and which rules they apply.

use super::administrator;
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;
use crate::policy::documents::shop;
use crate::sync::follower::{Follower, module};

async fn at_modules(server: &TestServer, browser: &mut Browser<'_>) -> Landing {
    browser.open(&server.at(&format!("/console/projects/{}/modules", server.project))).await
}

/// The page once it contains a text: acknowledgements arrive a moment after they were sent.
async fn showing(server: &TestServer, browser: &mut Browser<'_>, text: &str) -> String {
    for _ in 0..100 {
        let page = at_modules(server, browser).await.text("main");
        if page.contains(text) {
            return page.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{text:?} is not shown: {}", at_modules(server, browser).await.text("main"));
}

async fn publish_rules(server: &TestServer) {
    let document = serde_json::from_value(shop()).expect("a document");
    server.usher.policies.publish_document(server.project, &document, "", "test").await.unwrap();
}

on_both_databases! {
    async fn without_modules_the_page_tells_how_to_connect_one(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let page = at_modules(&server, &mut browser).await;
        let command = format!("usher client create --project {} --type machine", server.project);
        assert!(page.text("#module-command").starts_with(&command), "{}", page.body);
        assert!(page.body.contains("href=\"/docs/sdk/start\""), "{}", page.body);
    }

    async fn connected_modules_are_listed_with_host_version_lag_and_rules(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let (_, token) = module(&server).await;
        let mut first = Follower::on_host(&server, &token, "web-1").await;
        let mut second = Follower::on_host(&server, &token, "web-2").await;
        publish_rules(&server).await;
        let position = first.entry().await["c"].as_i64().expect("a position");
        assert_eq!(second.entry().await["rev"], 1);
        first.acknowledge(position, Some(1)).await;
        let page = showing(&server, &mut browser, "1 of 2 modules on revision 1").await;
        for text in ["Test machine usher-sdk-test/1.2.3", "web-1 WebSocket since", "0 entries acknowledged", "1 entry"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        second.acknowledge(position, Some(1)).await;
        showing(&server, &mut browser, "2 of 2 modules on revision 1").await;
        drop((first, second));
        showing(&server, &mut browser, "No module is connected.").await;
    }
}
