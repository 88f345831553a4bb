//! What happens while Usher is away.

use std::time::Duration;

use usher_sdk::testing::TestUsher;
use usher_sdk::{OnStale, Reason, Transport};

use crate::{rules, viewer};

async fn reason(test: &TestUsher, token: &str) -> Option<Reason> {
    test.usher.verify(token).await.err().map(|refusal| refusal.reason)
}

async fn stale(on_stale: OnStale, transport: Transport) -> (TestUsher, String) {
    let test = TestUsher::configured(Some(rules()), |builder| builder.on_stale(on_stale).transport(transport)).await;
    let token = test.token(&viewer());
    assert_eq!(reason(&test, &token).await, None);
    test.until("is connected", |status| status.connected).await;
    test.set_away(true).await;
    test.advance(Duration::from_secs(301));
    assert!(test.usher.status().stale);
    (test, token)
}

#[tokio::test]
async fn allow_goes_on_with_the_old_list() {
    for transport in [Transport::WebSocket, Transport::LongPoll] {
        let (test, token) = stale(OnStale::Allow, transport).await;
        assert_eq!(reason(&test, &token).await, None);
    }
}

#[tokio::test]
async fn deny_answers_503_until_usher_is_back() {
    for transport in [Transport::WebSocket, Transport::LongPoll] {
        let (test, token) = stale(OnStale::Deny, transport).await;
        assert_eq!(reason(&test, &token).await, Some(Reason::ListStale));
        test.set_away(false).await;
        test.until("is current", |status| !status.stale && status.connected).await;
        assert_eq!(reason(&test, &token).await, None);
    }
}

#[tokio::test]
async fn introspect_asks_usher_or_answers_503() {
    let (test, token) = stale(OnStale::Introspect, Transport::LongPoll).await;
    assert_eq!(reason(&test, &token).await, Some(Reason::IntrospectionFailed));
}

#[tokio::test]
async fn what_was_revoked_meanwhile_is_known_when_usher_is_back() {
    let (test, token) = stale(OnStale::Allow, Transport::WebSocket).await;
    test.set_away(false).await;
    test.revoke("sid", "session-1").await;
    assert_eq!(reason(&test, &token).await, Some(Reason::TokenRevoked));
}

#[tokio::test]
async fn a_module_that_starts_while_usher_is_away_lets_nobody_in() {
    let test = TestUsher::start().await;
    let token = test.token(&viewer());
    test.set_away(true).await;
    let other = test.builder().policy(false).build().await.unwrap();
    assert!(!other.status().ready);
    assert_eq!(other.verify(&token).await.unwrap_err().reason, Reason::KeysMissing);
    test.set_away(false).await;
    tokio::time::timeout(Duration::from_secs(10), other.wait_ready()).await.unwrap();
    assert!(other.verify(&token).await.is_ok());
}

#[tokio::test]
async fn without_the_feed_tokens_and_rules_are_still_checked() {
    let test = TestUsher::configured(Some(rules()), |builder| builder.transport(Transport::Off)).await;
    let token = test.token(&viewer());
    assert!(test.usher.verify(&token).await.unwrap().can("Order:list", ()));
    let status = test.usher.status();
    assert!(status.ready && !status.stale && status.cursor.is_none());
}
