//! Reports of modules: sealed into the project's history, and readable only with the project's token.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::follower::module;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::TestServer;

async fn report(server: &TestServer, token: &str, body: &Value) -> Answer {
    answer(server.api(Method::POST, "sync/seen").bearer_auth(token).json(body)).await
}

fn session(changes: Value) -> Value {
    let mut session = json!({"sid": "s-1", "sub": "ana", "first_seen": 1_799_999_000, "last_seen": 1_799_999_900});
    if let (Some(session), Value::Object(changes)) = (session.as_object_mut(), changes) {
        session.extend(changes);
    }
    session
}

on_both_databases! {
    async fn a_report_is_read_with_the_projects_token_alone(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (client, token) = module(&server).await;
        let seen = session(json!({"requests": 12, "ip_hash": "zebra hash", "user_agent": "Zebra/8"}));
        let noted = report(&server, &token, &json!({"sessions": [seen]})).await;
        assert_eq!((noted.status.as_u16(), &noted.json["noted"]), (202, &json!(1)), "{noted:?}");
        let path = format!("projects/{}/history?kind=session.seen", server.project);
        let read = answer(server.api(Method::GET, &path).bearer_auth(&server.project_token)).await;
        assert_eq!(read.status, 200, "{read:?}");
        let entry = &read.json["data"][0];
        assert_eq!((&entry["sub"], &entry["session_id"], &entry["user_agent"]), (&json!("ana"), &json!("s-1"), &json!("Zebra/8")));
        assert_eq!(entry["data"]["reported_by"], client.client.id.0.as_str());
        assert_eq!(entry["at"], 1_799_999_900);
        assert_eq!(answer(server.api(Method::GET, &path).bearer_auth(&token)).await.status, 403);
        let plain = server.database.count("select count(*) from event where cast(data as text) like '%zebra%'").await;
        assert_eq!(plain, 0, "the log says nothing of it");
    }

    async fn a_report_that_will_not_do_is_refused_whole(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (_, token) = module(&server).await;
        let many: Vec<Value> = (0..501).map(|_| session(json!({}))).collect();
        for (sessions, field) in [
            (json!([session(json!({"sid": "x".repeat(301)}))]), "sid"),
            (json!([session(json!({})), session(json!({"user_agent": "a\u{7}"}))]), "user_agent"),
            (json!([session(json!({"last_seen": -1}))]), "last_seen"),
            (json!(many), "sessions"),
        ] {
            let refused = report(&server, &token, &json!({"sessions": sessions})).await;
            assert_eq!(refused.status, 422, "{field}: {refused:?}");
            assert!(refused.json["error"]["details"]["fields"][field].is_string(), "{field}: {refused:?}");
        }
        for garbage in [json!([]), json!({}), json!({"sessions": 1}), json!({"sessions": [{"sid": 1}]}), json!({"sessions": [], "x": 1})] {
            assert_eq!(report(&server, &token, &garbage).await.status, 400, "{garbage}");
        }
        assert_eq!(report(&server, "garbage", &json!({"sessions": []})).await.status, 401);
        assert_eq!(server.database.count("select count(*) from history").await, 0);
    }

    async fn twelve_concurrent_reports_of_modules_are_all_recorded(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (_, token) = module(&server).await;
        for round in 0..4 {
            let bodies: Vec<Value> = (0..12)
                .map(|module| json!({"sessions": [session(json!({"sid": format!("s-{round}-{module}")}))]}))
                .collect();
            for noted in join_all(bodies.iter().map(|body| report(&server, &token, body))).await {
                assert_eq!(noted.status, 202, "{noted:?}");
            }
        }
        let path = format!("projects/{}/history?kind=session.seen&limit=100", server.project);
        let read = answer(server.api(Method::GET, &path).bearer_auth(&server.project_token)).await;
        let seen: std::collections::BTreeSet<_> =
            read.json["data"].as_array().expect("a list").iter().map(|entry| entry["session_id"].to_string()).collect();
        assert_eq!(seen.len(), 48, "{read:?}");
    }
}
