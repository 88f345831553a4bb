//! A request that is sent again under the same key is done once.

use reqwest::Method;
use reqwest::header::COOKIE;
use serde_json::{Value, json};
use usher_accounts::Device;
use usher_flows::api::Repeat;

use super::ANA;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::{PASSWORD, TestServer};

const KEY: &str = "7c1f1ae0-53a8-4fd5-8a4e-0c6f2d1b9b60";

fn una(name: &str) -> Value {
    json!({"given_name": name, "family_name": "Noether", "email": "una@example.test", "password": PASSWORD})
}

async fn register(server: &TestServer, key: &str, body: &Value) -> Answer {
    answer(server.api(Method::POST, "auth/register").header("idempotency-key", key).json(body)).await
}

on_both_databases! {
    async fn the_same_request_is_answered_alike_and_done_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let first = register(&server, KEY, &una("Una")).await;
        let again = register(&server, KEY, &una("Una")).await;
        assert_eq!((first.status.as_u16(), &first.json), (202, &again.json));
        assert_eq!(again.status, 202);
        assert!(!first.headers.contains_key("idempotent-replayed") && again.headers["idempotent-replayed"] == "true");
        assert!(!first.cookies().is_empty() && again.cookies().is_empty(), "a cookie is never handed out again");
        assert_eq!(server.emails().await.len(), 1);
        server.wait(24 * 60 * 60);
        let late = register(&server, KEY, &una("Una")).await;
        assert_ne!(late.json, first.json, "after a day it is a new request");
    }

    async fn the_same_key_with_another_request_is_a_mistake(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        register(&server, KEY, &una("Una")).await;
        let other = register(&server, KEY, &una("Ula")).await;
        assert_eq!((other.status.as_u16(), other.problem()), (422, "IDEMPOTENCY_MISMATCH"));
        let elsewhere = server.api(Method::POST, "auth/forgot-password").header("idempotency-key", KEY);
        let elsewhere = answer(elsewhere.json(&una("Una"))).await;
        assert_eq!(elsewhere.problem(), "IDEMPOTENCY_MISMATCH");
        assert_eq!(register(&server, "another-key", &una("Ula")).await.status, 202);
    }

    async fn a_key_belongs_to_whoever_sent_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let first = register(&server, KEY, &una("Una")).await;
        let cookie = server.cookie_of(ANA).await;
        let request = server.api(Method::POST, "auth/register").header(COOKIE, cookie).header("idempotency-key", KEY);
        let of_ana = answer(request.json(&una("Una"))).await;
        assert_eq!(of_ana.status, 202);
        assert_ne!(of_ana.json, first.json, "what somebody else was answered is not given to her");
    }

    async fn what_came_to_nothing_may_be_tried_again(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let refused = register(&server, KEY, &json!({"given_name": "Una"})).await;
        assert_eq!(refused.status, 422);
        assert_eq!(register(&server, KEY, &una("Una")).await.status, 202);
    }

    async fn two_at_once_are_one(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let body = una("Una").to_string();
        let device = Device { source: "127.0.0.1/32".into(), user_agent: None };
        let content = [&b"POST"[..], b"/api/v1/auth/register", b"application/json", body.as_bytes()];
        let begun = server.usher.idempotent_requests.begin_once(None, &device, KEY, &content).await.expect("it can be begun");
        assert!(matches!(begun, Repeat::First(_)));
        let second = register(&server, KEY, &una("Una")).await;
        assert_eq!((second.status.as_u16(), second.problem()), (409, "IDEMPOTENCY_IN_PROGRESS"));
        assert_eq!(second.headers["retry-after"], "1");
        server.wait(180);
        assert_eq!(register(&server, KEY, &una("Una")).await.status, 202, "its instance died");
        let body = una("Eva");
        let (one, two) = tokio::join!(register(&server, "k", &body), register(&server, "k", &body));
        for answer in [&one, &two] {
            assert!(answer.status == 202 || answer.status == 409, "{answer:?}");
        }
        assert_eq!(server.emails().await.len(), 2);
    }

    async fn a_key_must_be_one(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        for bad in ["", "with space", &"k".repeat(256)] {
            let refused = register(&server, bad, &una("Una")).await;
            assert_eq!((refused.status.as_u16(), refused.problem()), (400, "IDEMPOTENCY_KEY_INVALID"), "{bad}");
        }
        let request = server.api(Method::POST, "auth/register").header("idempotency-key", "a");
        let twice = answer(request.header("idempotency-key", "b").json(&una("Una"))).await;
        assert_eq!(twice.problem(), "IDEMPOTENCY_KEY_INVALID");
    }

    /// Neither the response nor the request can be read from the database.
    async fn nothing_of_it_lies_open_in_the_database(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let first = register(&server, KEY, &una("Una")).await;
        let device = Device { source: "127.0.0.1/32".into(), user_agent: None };
        let other = server.usher.idempotent_requests.begin_once(None, &device, "another", &[b"x"]).await.expect("it can be begun");
        assert!(matches!(other, Repeat::First(_)));
        let id = usher_keys::seal::Purpose::RepeatedAnswer;
        let mac = server.usher.core.sealer.mac(id, format!("source {}\n{KEY}", device.source).as_bytes());
        let kept = server.database.store.find_repeatable(&mac).await.expect("memory answers").expect("it is kept");
        let sealed = kept.answer.expect("it was answered");
        let verification = first.text("verification_id");
        assert!(!sealed.windows(verification.len()).any(|part| part == verification.as_bytes()));
        assert!(server.usher.core.sealer.open(id, &sealed).is_err(), "the master key alone does not open it");
        assert!(server.usher.core.sealer.open_locked(id, b"another key", &sealed).is_err());
        assert!(server.usher.core.sealer.open_locked(id, KEY.as_bytes(), &sealed).is_ok());
    }

    async fn signing_in_does_not_look_at_the_key(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let sign_in = async || {
            let request = server.api(Method::POST, "auth/login").header("idempotency-key", KEY);
            answer(request.json(&json!({"email": ANA, "password": PASSWORD}))).await
        };
        let (one, two) = (sign_in().await, sign_in().await);
        assert!(!one.cookies().is_empty() && !two.cookies().is_empty() && one.cookies() != two.cookies());
    }
}
