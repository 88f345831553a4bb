//! Several instances share the work, and another one takes over when one dies.

use std::time::{Duration, Instant};

use reqwest::Method;
use tokio_util::sync::CancellationToken;
use usher_events::webhooks::{WebhookSender, WebhookSenderContext};
use usher_flows::Usher;

use super::receiver::{Call, Receiver, Reply};
use super::stage::{Stage, distinct, run};
use crate::harness::database::on_both_databases;

async fn deliver(usher: Usher) {
    let around = WebhookSenderContext {
        store: &usher.core.store,
        outbound: usher.providers.outbound(),
        sealer: &usher.core.sealer,
        clock: &*usher.core.clock,
        random: &*usher.core.random,
    };
    WebhookSender::new(around).run(&CancellationToken::new()).await.expect("the deliver runs");
}

async fn eventually(what: &str, done: impl Fn() -> bool) {
    for _ in 0..3_000 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came about: {what}");
}

on_both_databases! {
    async fn a_crash_in_mid_delivery_loses_nothing(db: TestDatabase) {
        let (stage, receiver) = (Stage::on(db).await, Receiver::start().await);
        let (id, _) = stage.webhook(&receiver, &["user.*"]).await;
        receiver.answer([Reply::late(204, Duration::from_secs(30))]);
        stage.call(Method::POST, &format!("/{id}/test"), None).await;
        let doomed = tokio::spawn(deliver(stage.server.usher.clone()));
        eventually("the message arrives", || receiver.calls().len() == 1).await;
        doomed.abort();
        let second = stage.server.second_instance().await;
        run(&second.usher, "deliver_webhooks").await;
        assert_eq!(receiver.calls().len(), 1, "it is held by the one that died");
        stage.server.wait(60);
        run(&second.usher, "deliver_webhooks").await;
        let ids: Vec<String> = receiver.calls().iter().map(Call::id).collect();
        assert_eq!((ids.len(), distinct(&ids)), (2, 1), "once more, under the same id");
        assert_eq!(stage.deliveries(&id).await[0]["status"], "delivered");
    }

    async fn two_instances_share_the_work_and_double_nothing(db: TestDatabase) {
        let stage = Stage::on(db).await;
        let receivers = [Receiver::start().await, Receiver::start().await, Receiver::start().await];
        for receiver in &receivers {
            let (id, _) = stage.webhook(receiver, &["client.*"]).await;
            receiver.answer_always(Reply::late(204, Duration::from_millis(5)));
            assert!(!id.is_empty());
        }
        let client = &stage.client.client;
        for _ in 0..30 {
            stage.server.usher.clients.update_client(&client.id, client.metadata.clone()).await.unwrap();
        }
        let second = stage.server.second_instance().await;
        run(&stage.server.usher, "tell_facts").await;
        let (one, other) = (deliver(stage.server.usher.clone()), deliver(second.usher.clone()));
        tokio::join!(one, other);
        run(&stage.server.usher, "deliver_webhooks").await;
        for receiver in &receivers {
            let calls = receiver.calls();
            let ids: Vec<String> = calls.iter().map(Call::id).collect();
            assert_eq!((ids.len(), distinct(&ids)), (30, 30));
        }
    }

    async fn a_dead_receiver_slows_nobody_down(db: TestDatabase) {
        let (stage, dead, alive) = (Stage::on(db).await, Receiver::start().await, Receiver::start().await);
        let (id, _) = stage.webhook(&dead, &["client.*"]).await;
        stage.webhook(&alive, &["client.*"]).await;
        dead.answer_always(Reply::late(204, Duration::from_secs(60)));
        let client = &stage.client.client;
        for _ in 0..10 {
            stage.server.usher.clients.update_client(&client.id, client.metadata.clone()).await.unwrap();
        }
        run(&stage.server.usher, "tell_facts").await;
        let began = Instant::now();
        let working = tokio::spawn(deliver(stage.server.usher.clone()));
        eventually("the living receivers get all", || alive.calls().len() == 10).await;
        // A receiver that hangs is given up after ten seconds: no other delivery has waited for it.
        assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
        // What is created while the dead instance still holds the webhook is not delayed either.
        stage.server.usher.clients.update_client(&client.id, client.metadata.clone()).await.unwrap();
        run(&stage.server.usher, "tell_facts").await;
        eventually("the living receivers get the next", || alive.calls().len() == 11).await;
        working.abort();
        assert!(stage.deliveries(&id).await.iter().all(|one| one["status"] == "waiting"));
    }
}
