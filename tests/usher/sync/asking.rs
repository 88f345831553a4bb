//! The feed by polling: the snapshot, the events, and long polling.

use crate::storage::samples::in_tx;
use std::time::Duration;

use serde_json::json;
use usher_domain::oauth::client::ClientType;

use super::follower::{Known, module};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

async fn ask(server: &TestServer, query: &str, tag: Option<&str>) -> Answer {
    let request = server.http.get(server.at(&format!("/api/v1/sync/{query}"))).bearer_auth(&server.project_token);
    let request = tag.iter().fold(request, |request, tag| request.header("if-none-match", *tag));
    answer(request).await
}

/// Signs Ana in and out, and returns her access token, which is invalid then.
async fn a_dead_token(server: &TestServer) -> String {
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
    let user = server.usher.users.load_user(ANA).await.unwrap();
    server.usher.users.revoke_user(&user).await.unwrap();
    tokens.text("access_token")
}

/// Waits until the feed reaches this position.
async fn reach(server: &TestServer, position: i64) {
    for _ in 0..1_500 {
        if server.usher.core.store.feed_place(server.project).await.unwrap().unwrap().position >= position {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the feed does not come to {position}");
}

on_both_databases! {
    async fn the_snapshot_holds_what_is_revoked_and_not_over_yet(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let empty = ask(&server, "snapshot", None).await;
        assert_eq!(empty.status, 200, "{empty:?}");
        assert_eq!((&empty.json["epoch"], &empty.json["cursor"]), (&json!("e1"), &json!(0)));
        assert_eq!((&empty.json["revocations"], &empty.json["policy"]), (&json!([]), &json!(null)));
        assert_eq!(empty.json["limits"]["max_token_ttl"], 600);
        assert_eq!(empty.json["server_time"], server.now().0);
        assert!(empty.json["jwks"]["etag"].as_str().unwrap().starts_with('"'));
        let dead = a_dead_token(&server).await;
        reach(&server, 1).await;
        let snapshot = ask(&server, "snapshot", None).await;
        let mut known = Known::default();
        for entry in snapshot.json["revocations"].as_array().unwrap() {
            known.learn(entry);
        }
        assert!(known.is_revoked(&dead), "{snapshot:?}");
        server.wait(601);
        let over = ask(&server, "snapshot", None).await;
        assert_eq!((&over.json["revocations"], &over.json["cursor"]), (&json!([]), &json!(1)), "no token lives so long");
    }

    async fn a_long_snapshot_comes_whole(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (project, now) = (server.project, server.now());
        let fill = in_tx!(server.usher.core.store, |tx| {
for number in 0..2_500 {
                    let notice = usher_domain::event::feed::RevocationEntry {
                        kind: usher_domain::event::feed::EntryKind::Token,
                        value: format!("token {number}"),
                        why: "test".to_owned(),
                        at: now,
                        expires_at: now + Duration::from_secs(600),
                    };
                    tx.append_to_feed(project, &notice).await?;
                }
                Ok(())
});
        fill.unwrap();
        let snapshot = ask(&server, "snapshot", None).await;
        let entries = snapshot.json["revocations"].as_array().expect("one JSON document");
        let positions: Vec<i64> = entries.iter().map(|entry| entry["c"].as_i64().unwrap()).collect();
        assert_eq!(positions, (1..=2_500).collect::<Vec<_>>());
        let first = ask(&server, "events?cursor=e1.0", None).await;
        assert_eq!((&first.json["cursor"], &first.json["more"]), (&json!(1_000), &json!(true)));
        let last = ask(&server, "events?cursor=e1.2000", None).await;
        assert_eq!((&last.json["cursor"], &last.json["more"]), (&json!(2_500), &json!(false)));
    }

    async fn asking_again_costs_nothing_while_nothing_is_new(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let idle = ask(&server, "events?cursor=e1.0", Some("\"e1.0\"")).await;
        assert_eq!((idle.status.as_u16(), &idle.headers["etag"]), (304, &"\"e1.0\"".parse().unwrap()));
        let dead = a_dead_token(&server).await;
        reach(&server, 1).await;
        let news = ask(&server, "events?cursor=e1.0", Some("\"e1.0\"")).await;
        assert_eq!((news.status.as_u16(), &news.headers["etag"]), (200, &"\"e1.1\"".parse().unwrap()));
        let mut known = Known::default();
        known.learn(&news.json["events"][0]);
        assert!(known.is_revoked(&dead));
        assert_eq!(ask(&server, "events?cursor=e1.1", Some("\"e1.1\"")).await.status, 304);
    }

    async fn whoever_waits_is_answered_as_soon_as_there_is_something(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (waited, dead) = tokio::join!(ask(&server, "events?cursor=e1.0&wait=20", None), async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            a_dead_token(&server).await
        });
        assert_eq!(waited.status, 200, "{waited:?}");
        let mut known = Known::default();
        known.learn(&waited.json["events"][0]);
        assert!(known.is_revoked(&dead));
        assert_eq!(ask(&server, "events?cursor=e1.1&wait=1", None).await.status, 304, "and otherwise in time");
    }

    async fn a_cursor_that_cannot_be_gone_on_from_is_gone(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        for cursor in ["e2.0", "e0.0"] {
            let gone = ask(&server, &format!("events?cursor={cursor}"), None).await;
            assert_eq!((gone.status.as_u16(), &gone.json["error"]["code"]), (410, &json!("CURSOR_GONE")), "{cursor}");
        }
        for query in [
            "events", "events?cursor=", "events?cursor=1", "events?cursor=e1", "events?cursor=e1.-1", "events?cursor=e1.1e3",
            "events?cursor=e1.99999999999999999999", "events?cursor=e1.0&cursor=e1.0", "events?cursor=e1.0&wait=51",
            "events?cursor=e1.0&wait=-1", "events?cursor=e1.0&wait=x", "events?cursor=%27",
        ] {
            let refused = ask(&server, query, None).await;
            let code = &refused.json["error"]["code"];
            assert_eq!((refused.status.as_u16(), code), (400, &json!("PARAMETER_INVALID")), "{query}");
        }
    }

    async fn a_module_that_polls_is_known_by_host_and_revision_until_it_is_overdue(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        a_dead_token(&server).await;
        reach(&server, 1).await;
        for (query, status) in [("cursor=e1.0&rev=6", 200), ("cursor=e1.1&wait=1&host=web-2&rev=7", 304)] {
            assert_eq!(ask(&server, &format!("events?{query}"), None).await.status, status, "{query}");
        }
        let path = format!("/api/v1/projects/{}/sync/subscribers", server.project);
        let following = async || answer(server.http.get(server.at(&path)).bearer_auth(&server.project_token)).await.json;
        let told = following().await;
        assert_eq!(told["connected"], 2);
        let shown = |number: usize| {
            let each = &told["subscribers"][number];
            ["host", "transport", "acknowledged", "behind", "policy_revision"].map(|member| each[member].clone())
        };
        let mut rows = [shown(0), shown(1)];
        rows.sort_by_key(|row| row[2].as_i64());
        assert_eq!(rows[0], [json!(null), json!("poll"), json!(0), json!(1), json!(6)]);
        assert_eq!(rows[1], [json!("web-2"), json!("long_poll"), json!(1), json!(0), json!(7)]);
        server.wait(151);
        assert_eq!(following().await["connected"], 0);
        for query in ["host=a%20b", "host=%3Cb%3E", "host=a&host=b", "rev=-1", "rev=x"] {
            let refused = ask(&server, &format!("events?cursor=e1.1&{query}"), None).await;
            assert_eq!((refused.status.as_u16(), &refused.json["error"]["code"]), (400, &json!("PARAMETER_INVALID")), "{query}");
        }
    }

    async fn the_snapshot_names_the_project(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        assert_eq!(ask(&server, "snapshot", None).await.json["project_id"], server.project.to_string());
    }

    async fn the_feed_is_for_whoever_may_follow(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (_, token) = module(&server).await;
        for path in ["snapshot", "events?cursor=e1.0"] {
            let url = server.at(&format!("/api/v1/sync/{path}"));
            assert_eq!(answer(server.http.get(&url)).await.status, 401);
            assert_eq!(answer(server.http.get(&url).bearer_auth("x")).await.status, 401);
            assert!(answer(server.http.get(&url).bearer_auth(&token)).await.status.as_u16() < 400);
        }
    }
}
