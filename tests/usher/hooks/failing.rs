//! Receivers that fail: retries, giving up, disabling, sending again.

use reqwest::Method;
use serde_json::{Value, json};

use super::receiver::{Call, Receiver, Reply};
use super::stage::{Stage, distinct, run};
use crate::harness::database::on_both_databases;

const DAY: u64 = 86_400;

async fn test_message(stage: &Stage, webhook: &str) -> String {
    let sent = stage.call(Method::POST, &format!("/{webhook}/test"), None).await;
    assert_eq!(sent.status, 202, "{sent:?}");
    sent.text("id")
}

async fn delivery(stage: &Stage, webhook: &str, message: &str) -> Value {
    stage.call(Method::GET, &format!("/{webhook}/deliveries/{message}"), None).await.json
}

on_both_databases! {
    async fn what_fails_is_tried_for_a_day_under_one_id_and_every_try_is_kept(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let (id, _) = stage.webhook(&receiver, &["user.*"]).await;
        receiver.answer_always(Reply::saying(503, "<b>down</b>\0for a while"));
        let message = test_message(&stage, &id).await;
        let mut waits = Vec::new();
        loop {
            stage.dispatch().await;
            let now = delivery(&stage, &id, &message).await;
            let Some(next) = now["next_try_at"].as_i64() else { break };
            let wait = next - stage.server.now().0;
            waits.push(wait);
            stage.server.wait(u64::try_from(wait).unwrap());
        }
        let nominal = [5, 300, 1_800, 7_200, 18_000, 36_000, 21_600];
        assert_eq!(waits.len(), nominal.len(), "{waits:?}");
        for (wait, nominal) in waits.iter().zip(nominal) {
            assert!((nominal * 9 / 10 - 1..=nominal * 11 / 10).contains(wait), "{wait} for {nominal}");
        }
        let ids: Vec<String> = receiver.calls().iter().map(Call::id).collect();
        assert_eq!((ids.len(), distinct(&ids)), (8, 1), "one message, eight tries");
        let kept = delivery(&stage, &id, &message).await;
        assert_eq!(kept["status"], "failed");
        let attempts = kept["attempts"].as_array().unwrap();
        assert_eq!(attempts.len(), 8);
        assert_eq!((&attempts[0]["status"], &attempts[0]["error"]), (&json!(503), &json!("it answered 503")));
        assert_eq!(attempts[0]["answer"], "<b>down</b>\u{fffd}for a while");
        assert!(attempts[0]["ms"].is_u64());
        let failed = stage.call(Method::GET, &format!("/{id}/deliveries?status=failed"), None).await;
        assert_eq!(failed.json["data"].as_array().unwrap().len(), 1);
        let waiting = stage.call(Method::GET, &format!("/{id}/deliveries?status=waiting"), None).await;
        assert_eq!(waiting.json["data"], json!([]));
    }

    async fn a_receiver_that_answers_410_is_disabled_and_the_project_is_notified(db: TestDatabase) {
        let (stage, receiver, watcher) = (Stage::on(db).await, Receiver::start().await, Receiver::start().await);
        let (id, _) = stage.webhook(&receiver, &["user.*"]).await;
        stage.webhook(&watcher, &["webhook.disabled"]).await;
        receiver.answer([Reply::status(410)]);
        test_message(&stage, &id).await;
        stage.dispatch().await;
        let shown = stage.call(Method::GET, &format!("/{id}"), None).await;
        assert_eq!(shown.json["disabled_reason"], "gone", "{shown:?}");
        stage.dispatch().await;
        let call = watcher.calls().pop().expect("the project is notified");
        assert_eq!(call.json()["data"]["webhook_id"], id);
        assert_eq!(call.json()["data"]["reason"], "gone");
        let refused = stage.call(Method::POST, &format!("/{id}/test"), None).await;
        assert_eq!((refused.status.as_u16(), &refused.json["error"]["code"]), (409, &json!("WEBHOOK_DISABLED")));
        stage.server.wait(DAY);
        stage.dispatch().await;
        assert_eq!(receiver.calls().len(), 1);
        let back = stage.call(Method::PATCH, &format!("/{id}"), Some(json!({ "disabled": false }))).await;
        assert_eq!((back.status.as_u16(), back.json.get("disabled_at")), (200, None));
        test_message(&stage, &id).await;
        stage.dispatch().await;
        assert_eq!(receiver.calls().len(), 2);
    }

    async fn a_week_of_nothing_but_failure_puts_a_webhook_out_of_use(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let (id, _) = stage.webhook(&receiver, &["user.*"]).await;
        receiver.answer_always(Reply::status(500));
        for day in 0..7 {
            test_message(&stage, &id).await;
            stage.dispatch().await;
            let shown = stage.call(Method::GET, &format!("/{id}"), None).await.json;
            assert!(shown.get("disabled_at").is_none() && shown["failing_since"].is_i64(), "day {day}: {shown}");
            stage.server.wait(DAY);
        }
        stage.dispatch().await;
        let shown = stage.call(Method::GET, &format!("/{id}"), None).await.json;
        assert_eq!(shown["disabled_reason"], "failing", "{shown}");
        assert_eq!(stage.server.database.count("select count(*) from event where kind = 'webhook.disabled'").await, 1);
    }

    async fn one_success_ends_a_row_of_failures(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let (id, _) = stage.webhook(&receiver, &["user.*"]).await;
        receiver.answer([Reply::status(500)]);
        let message = test_message(&stage, &id).await;
        stage.dispatch().await;
        assert!(stage.call(Method::GET, &format!("/{id}"), None).await.json["failing_since"].is_i64());
        stage.server.wait(6);
        stage.dispatch().await;
        assert!(stage.call(Method::GET, &format!("/{id}"), None).await.json.get("failing_since").is_none());
        assert_eq!(delivery(&stage, &id, &message).await["status"], "delivered");
    }

    async fn one_delivery_or_all_that_failed_since_are_sent_again(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let (id, _) = stage.webhook(&receiver, &["user.*"]).await;
        let good = test_message(&stage, &id).await;
        stage.dispatch().await;
        let again = stage.call(Method::POST, &format!("/{id}/deliveries/{good}/redeliver"), None).await;
        assert_eq!((again.status.as_u16(), again.text("status").as_str()), (202, "waiting"), "{again:?}");
        stage.dispatch().await;
        let ids: Vec<String> = receiver.calls().iter().map(Call::id).collect();
        assert_eq!((ids.len(), distinct(&ids)), (2, 1), "the message keeps its id");

        receiver.answer_always(Reply::status(500));
        let early = test_message(&stage, &id).await;
        for _ in 0..8 {
            stage.dispatch().await;
            stage.server.wait(11 * 3_600 + 60);
        }
        let since = stage.server.now().0;
        let late = test_message(&stage, &id).await;
        for _ in 0..8 {
            stage.dispatch().await;
            stage.server.wait(11 * 3_600 + 60);
        }
        receiver.answer_always(Reply::status(204));
        stage.call(Method::PATCH, &format!("/{id}"), Some(json!({ "disabled": false }))).await;
        let again = stage.call(Method::POST, &format!("/{id}/redeliver"), Some(json!({ "since": since }))).await;
        assert_eq!((again.status.as_u16(), &again.json["deliveries"]), (202, &json!(1)), "{again:?}");
        stage.dispatch().await;
        assert_eq!(delivery(&stage, &id, &late).await["status"], "delivered");
        assert_eq!(delivery(&stage, &id, &early).await["status"], "failed");
    }

    async fn redirects_are_not_followed(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let (id, _) = stage.webhook(&receiver, &["user.*"]).await;
        receiver.answer([Reply::status(302), Reply::status(307)]);
        let message = test_message(&stage, &id).await;
        stage.dispatch().await;
        stage.server.wait(6);
        stage.dispatch().await;
        assert_eq!(receiver.calls().len(), 2);
        let tries = delivery(&stage, &id, &message).await;
        assert_eq!(tries["attempts"][0]["error"], "it answered 302: redirects are not followed");
    }

    async fn old_deliveries_are_swept(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let (id, _) = stage.webhook(&receiver, &["user.*"]).await;
        test_message(&stage, &id).await;
        stage.dispatch().await;
        stage.server.wait(30 * DAY);
        run(&stage.server.usher, "clean_up").await;
        assert_eq!(stage.deliveries(&id).await.len(), 1);
        stage.server.wait(2 * DAY);
        run(&stage.server.usher, "clean_up").await;
        assert!(stage.deliveries(&id).await.is_empty());
    }
}
