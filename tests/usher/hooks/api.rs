//! The API of webhooks: rights and validation.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::receiver::Receiver;
use super::stage::Stage;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::answer;

on_both_databases! {
    async fn a_webhook_is_made_shown_changed_and_deleted(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let form = json!({ "url": receiver.url, "description": " Sign-outs ", "events": ["session.*", "user.deleted"] });
        let made = stage.call(Method::POST, "", Some(form)).await;
        assert_eq!(made.status, 201);
        assert!(made.text("secret").starts_with("whsec_"));
        let id = made.text("id");
        let mut shown = made.json.clone();
        shown.as_object_mut().unwrap().remove("secret");
        assert_eq!((&shown["description"], &shown["events"]), (&json!("Sign-outs"), &json!(["session.*", "user.deleted"])));
        assert_eq!(stage.call(Method::GET, &format!("/{id}"), None).await.json, shown);
        assert_eq!(stage.call(Method::GET, "", None).await.json, json!({ "data": [shown] }));
        let patched = stage.call(Method::PATCH, &format!("/{id}"), Some(json!({ "events": ["*"], "disabled": true }))).await;
        assert_eq!((&patched.json["events"], &patched.json["disabled_reason"]), (&json!(["*"]), &json!("owner")));
        assert_eq!(patched.json["url"], shown["url"]);
        assert_eq!(stage.call(Method::DELETE, &format!("/{id}"), None).await.status, 204);
        assert_eq!(stage.call(Method::DELETE, &format!("/{id}"), None).await.status, 404);
        for kind in ["created", "updated", "deleted"] {
            let sql = match kind {
                "created" => "select count(*) from event where kind = 'webhook.created'",
                "updated" => "select count(*) from event where kind = 'webhook.updated'",
                _ => "select count(*) from event where kind = 'webhook.deleted'",
            };
            assert_eq!(stage.server.database.count(sql).await, 1, "{kind}");
        }
    }

    /// SE-09
    async fn whoever_has_no_right_to_a_webhook_sees_none(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let (id, _) = stage.webhook(&receiver, &["*"]).await;
        let other = stage.server.usher.projects.create_project("Other").await.unwrap();
        let path = |project: &str| stage.server.at(&format!("/api/v1/projects/{project}/webhooks/{id}"));
        let own = stage.project.project.id.to_string();
        let theirs = other.project.id.to_string();
        let unknown = stage.server.at(&format!("/api/v1/projects/{theirs}/webhooks/01936d2e-3c00-7000-8000-000000000007"));
        let strip = |mut json: Value| { json["error"]["traceId"] = Value::Null; json };
        let nothing = answer(stage.server.http.get(unknown).bearer_auth(&other.token)).await;
        for (project, token) in [(&own, &other.token), (&theirs, &other.token)] {
            for method in [Method::GET, Method::DELETE] {
                let refused = answer(stage.server.http.request(method, path(project)).bearer_auth(token)).await;
                assert_eq!(refused.status, 404);
                if project == &theirs {
                    assert_eq!(strip(refused.json), strip(nothing.json.clone()));
                }
            }
        }
        assert_eq!(answer(stage.server.http.get(path(&own))).await.status, 401);
        assert_eq!(stage.call(Method::GET, &format!("/{id}"), None).await.status, 200, "it is still there");
        for garbage in ["x", "%00", "..%2F", "01936d2e"] {
            assert_eq!(stage.call(Method::GET, &format!("/{garbage}"), None).await.status, 404, "{garbage}");
            assert_eq!(stage.call(Method::GET, &format!("/{id}/deliveries/{garbage}"), None).await.status, 404);
        }
    }

    /// Both write to the webhook and to its deliveries: in the same order, so that they do not deadlock.
    async fn a_webhook_is_deleted_while_its_deliveries_are_sent_again(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        for _ in 0..15 {
            let (id, _) = stage.webhook(&receiver, &["*"]).await;
            for _ in 0..4 {
                assert!(stage.call(Method::POST, &format!("/{id}/test"), None).await.status.is_success());
            }
            let messages = stage.deliveries(&id).await;
            let again = messages.iter().map(|message| {
                (Method::POST, format!("/{id}/deliveries/{}/redeliver", message["id"].as_str().unwrap()))
            });
            let calls: Vec<_> = again.chain([(Method::DELETE, format!("/{id}"))]).collect();
            let answers = join_all(calls.iter().map(|(method, path)| stage.call(method.clone(), path, None))).await;
            for (answer, (method, path)) in answers.iter().zip(&calls) {
                assert!(!answer.status.is_server_error(), "{method} {path}: {}", answer.status);
            }
            assert_eq!(answers.last().unwrap().status, 204);
        }
    }

    async fn what_will_not_do_is_named_by_its_field(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let long = "x".repeat(201);
        for (form, fields) in [
            (json!({ "url": "ftp://x", "description": long, "events": ["sesion.*"] }), &["url", "description", "events"][..]),
            (json!({ "url": receiver.url, "events": [] }), &["events"]),
            (json!({ "url": receiver.url, "events": ["*.created"] }), &["events"]),
            (json!({ "url": receiver.url, "events": ["setup.link_created"] }), &["events"]),
        ] {
            let refused = stage.call(Method::POST, "", Some(form)).await;
            assert_eq!(refused.status, 422, "{refused:?}");
            let named = refused.json["error"]["details"]["fields"].as_object().unwrap();
            assert_eq!(named.len(), fields.len(), "{refused:?}");
            assert!(fields.iter().all(|field| named.contains_key(*field)), "{refused:?}");
        }
        for form in [json!({}), json!({ "url": 7, "events": ["*"] }), json!({ "url": "https://x.test", "events": ["*"], "x": 1 })] {
            assert_eq!(stage.call(Method::POST, "", Some(form)).await.status, 400);
        }
        let (id, _) = stage.webhook(&receiver, &["*"]).await;
        let long = stage.call(Method::POST, &format!("/{id}/secrets"), Some(json!({ "overlap_seconds": 2_592_001 }))).await;
        assert_eq!(long.status, 422);
        assert_eq!(stage.call(Method::GET, &format!("/{id}/deliveries?status=x"), None).await.status, 400);
        assert_eq!(stage.call(Method::GET, &format!("/{id}/deliveries?cursor=x"), None).await.status, 400);
    }

    async fn a_project_has_twenty_webhooks_and_no_more(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        for _ in 0..20 {
            stage.webhook(&receiver, &["*"]).await;
        }
        let refused = stage.call(Method::POST, "", Some(json!({ "url": receiver.url, "events": ["*"] }))).await;
        assert_eq!((refused.status.as_u16(), &refused.json["error"]["code"]), (409, &json!("TOO_MANY_WEBHOOKS")));
    }

    async fn deliveries_come_page_by_page_newest_first(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let (id, _) = stage.webhook(&receiver, &["user.*"]).await;
        let mut sent = Vec::new();
        for _ in 0..5 {
            sent.push(stage.call(Method::POST, &format!("/{id}/test"), None).await.text("id"));
        }
        sent.reverse();
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = stage.call(Method::GET, &format!("/{id}/deliveries?limit=2{cursor}"), None).await;
            let items = page.json["data"].as_array().unwrap().clone();
            seen.extend(items.iter().map(|one| one["id"].as_str().unwrap().to_owned()));
            match page.json["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, sent);
    }

    async fn of_forty_webhooks_made_at_once_twenty_are(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let form = json!({ "url": receiver.url, "events": ["*"] });
        let making = (0..40).map(|_| stage.call(Method::POST, "", Some(form.clone())));
        let made = join_all(making).await;
        let of = |status: u16| made.iter().filter(|answer| answer.status == status).count();
        assert_eq!((of(201), of(409)), (20, 20), "{made:?}");
        assert_eq!(stage.server.database.count("select count(*) from webhook").await, 20);
        assert_eq!(stage.server.database.count("select count(*) from event where kind = 'webhook.created'").await, 20);
    }

    async fn what_is_changed_about_a_webhook_at_once_all_holds(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        for round in 0..8 {
            let (id, _) = stage.webhook(&receiver, &["session.*"]).await;
            let (path, secrets, text) = (format!("/{id}"), format!("/{id}/secrets"), format!("round {round}"));
            let patch = |change: Value| stage.call(Method::PATCH, &path, Some(change));
            let (described, filtered, disabled, rotated) = tokio::join!(
                patch(json!({ "description": text })),
                patch(json!({ "events": ["user.*"] })),
                patch(json!({ "disabled": true })),
                stage.call(Method::POST, &secrets, Some(json!({}))),
            );
            for (answer, status) in [(&described, 200), (&filtered, 200), (&disabled, 200), (&rotated, 201)] {
                assert_eq!(answer.status, status, "{answer:?}");
            }
            let shown = stage.call(Method::GET, &path, None).await.json;
            let seen = (&shown["description"], &shown["events"], &shown["disabled_reason"]);
            assert_eq!(seen, (&json!(text), &json!(["user.*"]), &json!("owner")));
            let project = stage.project.project.id;
            let kept = stage.server.usher.webhooks.load_webhook(project, id.parse().unwrap()).await.unwrap();
            assert_eq!(kept.secrets.len(), 2);
            assert_eq!(stage.call(Method::DELETE, &path, None).await.status, 204);
        }
    }
}
