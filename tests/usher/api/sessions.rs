//! A user's own sessions: listed, and ended one by one.

use reqwest::Method;
use reqwest::header::{ACCEPT, COOKIE, USER_AGENT};
use serde_json::json;

use super::ANA;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::answer;
use crate::harness::server::{PASSWORD, TestServer};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

on_both_databases! {
    async fn every_device_is_listed_and_each_can_be_ended(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let request = server.api(Method::POST, "auth/login").header(USER_AGENT, FIREFOX);
        let there = answer(request.json(&json!({"email": ANA, "password": PASSWORD}))).await;
        let (cookie, tokens) = (there.cookies(), server.tokens_of(ANA).await);
        let list = async |token: &str| answer(server.api(Method::GET, "auth/sessions").bearer_auth(token)).await;
        let token = tokens.text("access_token");
        let sessions = list(&token).await;
        let data = sessions.json["data"].as_array().expect("a list");
        assert_eq!(data.len(), 2);
        let other = data.iter().find(|one| one["current"] == false).expect("the other");
        assert_eq!((other["browser"].as_str(), other["system"].as_str()), (Some("Firefox"), Some("Linux")));
        assert!(!sessions.json.to_string().contains(&cookie["usher=".len()..20]), "no secret is listed");
        let id = there.text("session_id");
        let ended = answer(server.api(Method::DELETE, &format!("auth/sessions/{id}")).bearer_auth(&token)).await;
        assert_eq!(ended.status, 204);
        assert_eq!(answer(server.api(Method::GET, "me").header(COOKIE, &cookie)).await.status, 401);
        assert_eq!(list(&token).await.json["data"].as_array().map(Vec::len), Some(1));
        let own = format!("auth/sessions/{}", tokens.text("session_id"));
        assert_eq!(answer(server.api(Method::DELETE, &own).bearer_auth(&token)).await.status, 204);
        assert_eq!(server.me(&token).await.status, 401);
    }

    /// SE-09
    async fn se_09_the_session_of_somebody_else_is_not_there(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.user("bob@example.test").await;
        let (ana, bob) = (server.tokens_of(ANA).await, server.tokens_of("bob@example.test").await);
        let token = ana.text("access_token");
        let end = async |id: &str| {
            let refused = answer(server.api(Method::DELETE, &format!("auth/sessions/{id}")).bearer_auth(&token)).await;
            let error = &refused.json["error"];
            (refused.status.as_u16(), error["code"].clone(), error["message"].clone(), error["details"].clone())
        };
        let foreign = end(&bob.text("session_id")).await;
        assert_eq!(foreign.0, 404);
        for unknown in ["01936d2e-3c00-7000-8000-000000000009", "no-id", "%27", "0"] {
            assert_eq!(end(unknown).await, foreign, "{unknown}");
        }
        assert_eq!(server.me(&bob.text("access_token")).await.status, 200, "nothing happened to it");
    }

    async fn nobody_has_no_sessions(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        for (method, path) in [(Method::GET, "auth/sessions"), (Method::DELETE, "auth/sessions/x"), (Method::GET, "me")] {
            let refused = answer(server.api(method, path)).await;
            assert_eq!((refused.status.as_u16(), refused.problem()), (401, "AUTH_REQUIRED"), "{path}");
            assert_eq!(refused.headers["www-authenticate"], "Bearer realm=\"usher\"", "{path}");
        }
    }

    async fn whoever_asks_for_problem_json_gets_the_same_in_that_form(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let refused = answer(server.api(Method::GET, "me").header(ACCEPT, "application/problem+json")).await;
        assert_eq!((refused.status.as_u16(), &refused.headers["content-type"]), (401, &"application/problem+json".parse().unwrap()));
        let plain = answer(server.api(Method::GET, "me")).await;
        for (standard, own) in [("code", "code"), ("detail", "message"), ("details", "details")] {
            assert_eq!(refused.json[standard], plain.json["error"][own], "{standard}");
        }
        let known = (&refused.json["status"], &refused.json["title"], &refused.json["type"]);
        assert_eq!(known, (&json!(401), &json!("Unauthorized"), &json!("about:blank")));
        assert_eq!(refused.json["traceId"], refused.headers["x-trace-id"].to_str().unwrap());
    }
}
