//! Messages to webhooks: signed, in order, filtered, and with a secret that is rotated without a gap.

use reqwest::Method;
use serde_json::json;

use super::receiver::{Call, Receiver, Reply, signature};
use super::stage::{ANA, Stage, account};
use crate::harness::database::on_both_databases;
use crate::harness::server::START;

on_both_databases! {
    /// SS-07
    async fn the_end_of_a_session_reaches_the_webhook_signed_and_without_a_secret(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let (_, secret) = stage.webhook(&receiver, &["session.*", "grant.*"]).await;
        stage.server.user(ANA).await;
        let mut browser = stage.server.browser();
        let tokens = stage.server.tokens(&mut browser, &stage.client, ANA).await;
        let (account, _) = account(&stage.server, &browser).await;
        stage.server.usher.sign_outs.sign_out(&account).await.unwrap();
        stage.dispatch().await;
        let calls = receiver.calls();
        assert_eq!(receiver.kinds().last().unwrap(), "grant.revoked");
        let call = calls.iter().find(|call| call.kind() == "session.revoked").expect("it was delivered");
        assert_eq!(call.header("content-type"), "application/json");
        assert_eq!(call.header("webhook-timestamp"), START.0.to_string());
        assert_eq!(call.header("webhook-signature"), signature(&secret, call));
        let wanted = json!({
            "type": "session.revoked", "version": 1, "timestamp": "2027-01-15T08:00:00Z",
            "data": { "project_id": stage.project.project.id.to_string(), "sub": account.user.sub.0,
                "sid": account.session.id.to_string(), "reason": "sign_out" },
        });
        assert_eq!(call.json(), wanted);
        for call in &calls {
            for hidden in [ANA, &tokens.text("access_token"), &tokens.text("refresh_token"), &secret, &stage.project.token] {
                assert!(!call.body.contains(hidden), "{}", call.body);
            }
            assert!(!call.body.contains("eyJ"), "no token of any kind: {}", call.body);
        }
    }

    /// SS-07
    async fn what_was_altered_or_said_again_later_has_no_fitting_signature(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let (id, secret) = stage.webhook(&receiver, &["*"]).await;
        stage.call(Method::POST, &format!("/{id}/test"), None).await;
        stage.dispatch().await;
        let calls = receiver.calls();
        let call = calls.iter().find(|call| call.kind() == "webhook.test").expect("it was sent");
        let sent = call.header("webhook-signature").to_owned();
        assert_eq!(sent, signature(&secret, call));
        let mut altered = call.clone();
        altered.body = altered.body.replace("webhook.test", "user.deleted");
        assert_ne!(sent, signature(&secret, &altered));
        for (name, value) in [("webhook-timestamp", (START.0 + 600).to_string()), ("webhook-id", "another".to_owned())] {
            let mut altered = call.clone();
            altered.headers.insert(name, value.parse().unwrap());
            assert_ne!(sent, signature(&secret, &altered), "{name}");
        }
    }

    async fn a_later_message_about_somebody_waits_for_the_earlier_and_nobody_else_does(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        stage.webhook(&receiver, &["session.*"]).await;
        let browser = stage.signed_in(ANA).await;
        receiver.answer([Reply::status(500)]);
        let again = stage.signed_in(ANA).await;
        let (account, _) = account(&stage.server, &again).await;
        stage.server.usher.sign_outs.sign_out(&account).await.unwrap();
        drop(browser);
        let bob = stage.signed_in("bob@example.test").await;
        let (bob, _) = crate::hooks::stage::account(&stage.server, &bob).await;
        stage.server.usher.sign_outs.sign_out(&bob).await.unwrap();
        stage.dispatch().await;
        let about = |sub: &str| -> Vec<String> {
            let calls = receiver.calls();
            let his = calls.iter().filter(|call| call.json()["data"]["sub"] == sub);
            his.map(Call::kind).collect()
        };
        assert_eq!(about(&account.user.sub.0), ["session.created"], "it failed, and all else about Ana waits");
        assert_eq!(about(&bob.user.sub.0).last().unwrap(), "session.revoked", "nobody waits for Ana");
        receiver.forget();
        stage.server.wait(10);
        stage.dispatch().await;
        let delivered = about(&account.user.sub.0);
        assert_eq!((delivered.first().unwrap().as_str(), delivered.last().unwrap().as_str()), ("session.created", "session.revoked"));
        let mut ids: Vec<String> = receiver.calls().iter().map(Call::id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), receiver.calls().len(), "each once");
    }

    async fn a_webhook_gets_the_events_of_its_filter_and_none_of_other_projects(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let (sessions, exact, all) = (Receiver::start().await, Receiver::start().await, Receiver::start().await);
        stage.webhook(&sessions, &["session.*"]).await;
        stage.webhook(&exact, &["client.updated", "user.deleted"]).await;
        stage.webhook(&all, &["*"]).await;
        let other = stage.server.usher.projects.create_project("Other").await.unwrap();
        let new = usher_flows::webhooks::NewWebhook {
            url: receiver.url.clone(), description: String::new(), events: vec!["*".into()],
        };
        stage.server.usher.webhooks.create_webhook(other.project.id, new).await.unwrap();
        stage.dispatch().await;
        receiver.forget();
        all.forget();
        let metadata = stage.client.client.metadata.clone();
        stage.server.usher.clients.update_client(&stage.client.client.id, metadata).await.unwrap();
        let browser = stage.signed_in(ANA).await;
        let (account, _) = account(&stage.server, &browser).await;
        stage.server.usher.sign_outs.sign_out(&account).await.unwrap();
        stage.dispatch().await;
        assert_eq!(exact.kinds(), ["client.updated"]);
        assert!(sessions.kinds().iter().all(|kind| kind.starts_with("session.")), "{:?}", sessions.kinds());
        assert!(sessions.kinds().contains(&"session.revoked".to_owned()));
        let received = all.kinds();
        for wanted in ["client.updated", "grant.created", "session.revoked", "grant.revoked"] {
            assert!(received.contains(&wanted.to_owned()), "{wanted} in {received:?}");
        }
        assert!(receiver.calls().is_empty(), "{:?}", receiver.kinds());
    }

    async fn a_new_signing_key_is_delivered_to_every_project_and_internal_events_to_none(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        stage.webhook(&receiver, &["*"]).await;
        stage.dispatch().await;
        receiver.forget();
        stage.server.wait(10);
        stage.server.usher.signing_keys.rotate_keys(true).await.unwrap();
        stage.server.usher.setup_links.create_setup_link().await.unwrap();
        stage.dispatch().await;
        let kinds = receiver.kinds();
        assert!(!kinds.is_empty() && kinds.iter().all(|kind| kind == "key.rotated"), "{kinds:?}");
        let kid = receiver.calls()[0].json()["data"]["kid"].as_str().unwrap().to_owned();
        assert!(stage.server.usher.signing_keys.keyring().jwks().body.windows(kid.len()).any(|part| part == kid.as_bytes()), "{kid}");
    }

    /// SS-07
    async fn a_replaced_secret_signs_beside_the_new_one_until_its_time_is_over(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let (id, old) = stage.webhook(&receiver, &["user.*"]).await;
        let rotate = Some(json!({ "overlap_seconds": 3600 }));
        let rotated = stage.call(Method::POST, &format!("/{id}/secrets"), rotate).await;
        assert_eq!(rotated.status, 201, "{rotated:?}");
        let new = rotated.text("secret");
        let test = async || {
            receiver.forget();
            stage.call(Method::POST, &format!("/{id}/test"), None).await;
            stage.dispatch().await;
            receiver.calls().pop().expect("it was sent")
        };
        let call = test().await;
        let both = format!("{} {}", signature(&new, &call), signature(&old, &call));
        assert_eq!(call.header("webhook-signature"), both);
        stage.server.wait(3600);
        let call = test().await;
        assert_eq!(call.header("webhook-signature"), signature(&new, &call));
        let at_once = stage.call(Method::POST, &format!("/{id}/secrets"), Some(json!({ "overlap_seconds": 0 }))).await;
        let call = test().await;
        assert_eq!(call.header("webhook-signature"), signature(&at_once.text("secret"), &call));
    }

    async fn secrets_are_sealed_at_rest(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let (id, secret) = stage.webhook(&receiver, &["*"]).await;
        let shown = stage.call(Method::GET, &format!("/{id}"), None).await;
        assert!(!shown.json.to_string().contains("whsec_"), "{shown:?}");
        let webhook = stage.server.usher.webhooks.list_webhooks(stage.project.project.id).await.unwrap().remove(0);
        let bare = secret.trim_start_matches("whsec_").to_owned();
        assert!(!webhook.secrets[0].sealed.contains(&bare) && webhook.secrets[0].sealed.len() > bare.len());
    }
}
