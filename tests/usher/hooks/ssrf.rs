//! Addresses that must not be called, and misbehaving receivers.

use crate::storage::samples::in_tx;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio_util::sync::CancellationToken;
use usher_domain::event::webhook::WebhookDelivery;
use usher_domain::id::{EventId, WebhookId};
use usher_events::webhooks::{WebhookSender, WebhookSenderContext};
use usher_http_client::{LookupResult, Outbound, OutboundRules, Resolver};

use super::receiver::{Receiver, raw};
use super::stage::Stage;
use crate::harness::database::{TestDatabase, on_both_databases};

/// Every spelling of a non-public address (SS-01).
const CLOSED: &[&str] = &[
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://0.0.0.0/",
    "https://100.100.100.200/",
    "https://metadata.google.internal/",
    "https://x.localhost/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fd00::1]/",
    "file:///etc/passwd",
    "gopher://rp.test/",
    "http://rp.test/",
];

/// A resolver with fixed addresses.
struct Fixed(Vec<IpAddr>);

impl Resolver for Fixed {
    fn look_up(&self, _: String) -> BoxFuture<'static, LookupResult> {
        let found = self.0.clone();
        async move { Ok(found) }.boxed()
    }
}

impl Stage {
    /// Runs the sender once with this client.
    async fn leave_by(&self, outbound: &Outbound) {
        let usher = &self.server.usher;
        let around = WebhookSenderContext {
            store: &usher.core.store,
            outbound,
            sealer: &usher.core.sealer,
            clock: &*usher.core.clock,
            random: &*usher.core.random,
        };
        WebhookSender::new(around).run(&CancellationToken::new()).await.expect("the courier runs");
    }

    /// A webhook whose URL was not checked when it was saved, with a pending message.
    async fn unjudged(&self, url: &str) -> (WebhookId, EventId) {
        let receiver = Receiver::start().await;
        let (id, _) = self.webhook(&receiver, &["user.*"]).await;
        let (project, id) = (self.project.project.id, id.parse().unwrap());
        let mut webhook = self.server.usher.webhooks.load_webhook(project, id).await.unwrap();
        let sent = self.server.usher.webhooks.test_webhook(&webhook).await.unwrap();
        webhook.url = url.to_owned();
        let write = in_tx!(self.server.usher.core.store, |tx| tx.describe_webhook(&webhook).await);
        write.unwrap();
        (id, sent.message_id)
    }

    async fn outcome(&self, (id, message): (WebhookId, EventId)) -> WebhookDelivery {
        self.server.usher.core.store.find_delivery(id, message).await.unwrap().expect("it is there")
    }
}

/// A client as in production: public addresses only.
fn strict(names: Option<Vec<IpAddr>>) -> Outbound {
    match names {
        Some(names) => Outbound::with_names(OutboundRules::default(), Arc::new(Fixed(names))).unwrap(),
        None => Outbound::new(OutboundRules::default()).unwrap(),
    }
}

/// SS-01
#[tokio::test]
async fn a_closed_address_is_refused_when_it_is_saved() {
    for url in CLOSED {
        let parsed = url::Url::parse(url).unwrap();
        assert!(strict(None).may_call(&parsed).is_err(), "{url}");
    }
    let stage = Stage::on(TestDatabase::sqlite().await).await;
    // The issuer is on the loopback interface, so loopback may be called; all other non-public addresses may not.
    let elsewhere = CLOSED.iter().filter(|url| {
        !["127.0.0.1", "[::1]", "localhost", "2130706433", "0x7f", "7f00"].iter().any(|here| url.contains(here))
    });
    for url in
        elsewhere.copied().chain(["", "x", "//rp.test", "https://", "https://u:p@rp.test/", "https://rp.test/#x"])
    {
        let form = json!({ "url": url, "events": ["*"] });
        let refused = stage.call(Method::POST, "", Some(form)).await;
        assert_eq!(refused.status, 422, "{url}: {refused:?}");
        assert!(refused.json["error"]["details"]["fields"]["url"].is_string(), "{url}: {refused:?}");
    }
    assert!(stage.server.usher.webhooks.list_webhooks(stage.project.project.id).await.unwrap().is_empty());
}

on_both_databases! {
    /// SS-01
    async fn a_closed_address_is_refused_again_when_it_is_called(db: TestDatabase) {
        let stage = Stage::on(db).await;
        let mut sent = Vec::new();
        for url in CLOSED {
            sent.push((url, stage.unjudged(url).await));
        }
        stage.leave_by(&strict(None)).await;
        for (url, names) in sent {
            let delivery = stage.outcome(names).await;
            let error = delivery.attempts[0].error.as_deref();
            assert_eq!(error, Some("this address may not be called"), "{url}");
            assert_eq!(delivery.attempts[0].answer, None, "{url}");
        }
    }

    /// SS-02
    async fn a_name_that_comes_to_point_inside_is_not_followed_there(db: TestDatabase) {
        let (stage, inside) = (Stage::on(db).await, Receiver::start().await);
        let port = url::Url::parse(&inside.url).unwrap().port().unwrap();
        let sent = stage.unjudged(&format!("https://rp.test:{port}/hook")).await;
        stage.leave_by(&strict(Some(vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()]))).await;
        let delivery = stage.outcome(sent).await;
        assert_eq!(delivery.attempts[0].error.as_deref(), Some("this address may not be called"));
        assert!(inside.calls().is_empty());
    }
}

/// SS-02
#[tokio::test]
async fn of_two_addresses_of_a_name_only_the_vetted_one_is_called() {
    let (stage, inside) = (Stage::on(TestDatabase::sqlite().await).await, Receiver::start().await);
    let port = url::Url::parse(&inside.url).unwrap().port().unwrap();
    let sent = stage.unjudged(&format!("https://rp.test:{port}/hook")).await;
    // 127.0.0.2 is allowed and has no listener; 127.0.0.1, which has one, is not.
    let rules = OutboundRules {
        allow: vec!["127.0.0.2/32".parse().unwrap()],
        timeout: Duration::from_secs(1),
        ..OutboundRules::default()
    };
    let names = Fixed(vec!["127.0.0.1".parse().unwrap(), "127.0.0.2".parse().unwrap()]);
    stage.leave_by(&Outbound::with_names(rules, Arc::new(names)).unwrap()).await;
    let delivery = stage.outcome(sent).await;
    assert_eq!(delivery.attempts[0].error.as_deref(), Some("the server cannot be reached"));
    assert!(inside.calls().is_empty());
}

/// SS-06
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receivers_that_misbehave_are_cut_off_and_hold_up_nobody() {
    let stage = Stage::on(TestDatabase::sqlite().await).await;
    let endless = raw(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(&[b'x'; 8192]).await.is_ok() {}
    })
    .await;
    let dripping = raw(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    let heady = raw(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").await;
        while stream.write_all(&[b'x'; 8_192]).await.is_ok() {}
    })
    .await;
    let broken = raw(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf").await;
    })
    .await;
    let mut sent = Vec::new();
    for url in [&endless, &dripping, &heady, &broken] {
        sent.push(stage.unjudged(url).await);
    }
    let good = Receiver::start().await;
    let fine = stage.unjudged(&good.url).await;
    let rules = OutboundRules {
        allow: vec!["127.0.0.0/8".parse().unwrap()],
        timeout: Duration::from_secs(2),
        ..OutboundRules::default()
    };
    let began = Instant::now();
    stage.leave_by(&Outbound::new(rules).unwrap()).await;
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    let [endless, dripping, heady, broken] = sent.try_into().unwrap();
    let first = async |names| stage.outcome(names).await.attempts.remove(0);
    // The status was 200: the rest of the response is not read.
    let endless = first(endless).await;
    assert_eq!((endless.status, endless.answer.map(|head| head.len())), (Some(200), Some(1024)));
    assert_eq!(first(dripping).await.error.as_deref(), Some("the server took too long"));
    assert_eq!(first(heady).await.error.as_deref(), Some("the server cannot be reached"));
    assert_eq!(first(broken).await.error.as_deref(), Some("the server cannot be reached"));
    assert!(first(fine).await.is_success());
}
