//! Who is signed in, in the console, and ending sessions.

use reqwest::StatusCode;

use super::{BOSS, administrator};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

on_both_databases! {
    async fn live_sessions_are_listed_found_and_ended(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let mut hers = server.signed_in(ANA).await;
        let mut browser = administrator(&server).await;
        let all = browser.open(&server.at("/console/sessions")).await;
        assert!(all.body.contains(ANA) && all.body.contains(BOSS), "{}", all.body);
        let found = browser.open(&server.at("/console/sessions?q=ana")).await;
        assert!(found.body.contains(ANA), "{}", found.body);
        let source = server.usher.users.list_sessions(&ana).await.unwrap()[0].source.clone().unwrap();
        let network: String = source.chars().take(4).collect();
        let found = browser.open(&server.at(&format!("/console/sessions?network={network}"))).await;
        assert!(found.body.contains(ANA), "{}", found.body);
        let none = browser.open(&server.at("/console/sessions?network=203.0.113.")).await;
        assert!(!none.body.contains(ANA), "{}", none.body);
        let session = server.usher.users.list_sessions(&ana).await.unwrap()[0].id;
        let question = browser.open(&server.at(&format!("/console/end-sessions?session={session}"))).await;
        assert!(question.body.contains(ANA), "{}", question.body);
        assert!(!hers.open(&server.at("/account")).await.url.contains("/login"), "asking ends nothing");
        let ended = browser.press(&question, "end-sessions", &[]).await;
        assert!(ended.url.contains("done=ended"), "{}", ended.url);
        assert!(hers.open(&server.at("/account")).await.url.contains("/login"));
        assert!(!browser.open(&server.at("/console/sessions?q=ana")).await.body.contains("name=\"session\""));
        for bad in ["/console/sessions?after=x", "/console/end-sessions?session=x"] {
            assert_eq!(browser.open(&server.at(bad)).await.status, StatusCode::BAD_REQUEST, "{bad}");
        }
    }
}
