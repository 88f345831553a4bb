//! Revocations, by each transport.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use usher_sdk::testing::{TestToken, TestUsher};
use usher_sdk::{EntryKind, Event, Reason, Transport};

use crate::{rules, viewer};

async fn reason(test: &TestUsher, token: &str) -> Option<Reason> {
    test.usher.verify(token).await.err().map(|refusal| refusal.reason)
}

async fn revokes_by(transport: Transport) {
    let test = TestUsher::configured(Some(rules()), |builder| builder.transport(transport)).await;
    test.until("is connected", |status| status.connected).await;
    for (kind, value) in
        [("sid", "session-1"), ("gid", "grant-1"), ("sub", "user-1"), ("client", "client_app"), ("project", "")]
    {
        // A name revokes later tokens too, so each kind needs its own.
        let claims = json!({ "gid": format!("grant of {kind}"), "sid": format!("session of {kind}") });
        let claims = if value.ends_with("-1") { json!({}) } else { claims };
        let own = TestToken { claims, ..viewer() };
        let token = if kind == "gid" {
            test.token(&TestToken { session_id: "session-9", ..own })
        } else if kind == "sub" {
            test.token(&TestToken { session_id: "session-9", claims: json!({ "gid": "grant-9" }), ..own })
        } else {
            test.token(&own)
        };
        assert_eq!(reason(&test, &token).await, None, "{kind}");
        test.revoke(kind, value).await;
        assert_eq!(reason(&test, &token).await, Some(Reason::TokenRevoked), "{kind}");
    }
    let later = test.token(&TestToken { session_id: "session-9", claims: json!({ "gid": "grant-9" }), ..viewer() });
    assert_eq!(reason(&test, &later).await, None, "marks spare what was issued later");
}

#[tokio::test]
async fn by_socket_each_kind_of_revocation_arrives() {
    revokes_by(Transport::WebSocket).await;
}

#[tokio::test]
async fn by_long_poll_each_kind_of_revocation_arrives() {
    revokes_by(Transport::LongPoll).await;
}

#[tokio::test]
async fn a_key_that_leaked_verifies_nothing() {
    let test = TestUsher::start().await;
    let token = test.token(&viewer());
    assert_eq!(reason(&test, &token).await, None);
    test.revoke("kid", "test").await;
    assert!(reason(&test, &token).await.is_some());
    assert!(reason(&test, &test.token(&viewer())).await.is_some(), "although the issuer still publishes it");
}

#[tokio::test]
async fn after_a_restored_backup_the_list_is_replaced() {
    let events = Arc::new(Mutex::new(vec![]));
    let heard = Arc::clone(&events);
    let test = TestUsher::configured(Some(rules()), |builder| {
        builder.on_event(move |event| heard.lock().unwrap().push(event))
    });
    let test = test.await;
    test.until("is connected", |status| status.connected).await;
    test.revoke("sid", "session-1").await;
    test.restore_backup().await;
    assert_eq!(reason(&test, &test.token(&viewer())).await, Some(Reason::TokenRevoked));
    test.publish(rules()).await;
    let events = events.lock().unwrap();
    let why = Some("test".to_owned());
    for event in [
        Event::Ready,
        Event::PolicyChanged(Some(1)),
        Event::Revoked { kind: EntryKind::Sid, value: "session-1".to_owned(), why },
        Event::Resynced,
        Event::PolicyChanged(Some(2)),
    ] {
        assert!(events.contains(&event), "{event:?} in {events:?}");
    }
}

#[tokio::test]
async fn a_token_of_another_project_is_refused_although_its_audience_was_copied() {
    let test = TestUsher::start().await;
    let foreign = test.token(&TestToken { client_id: "client_other", ..viewer() });
    test.deactivate(&foreign);
    assert_eq!(reason(&test, &foreign).await, Some(Reason::ClientRefused));
    assert_eq!(reason(&test, &foreign).await, Some(Reason::ClientRefused), "it is remembered");
    let own = test.token(&TestToken { client_id: "client_mine", ..viewer() });
    assert_eq!(reason(&test, &own).await, None);
    let named = TestUsher::configured(None, |builder| builder.clients(["client_mine"])).await;
    assert_eq!(reason(&named, &named.token(&viewer())).await, Some(Reason::ClientRefused));
    let other = TestToken { claims: json!({ "project_id": "another" }), ..viewer() };
    assert_eq!(reason(&test, &test.token(&other)).await, Some(Reason::ProjectWrong));
}

#[tokio::test]
async fn a_token_that_names_the_project_needs_no_introspection() {
    let test = TestUsher::start().await;
    let claims = json!({ "project_id": usher_sdk::testing::PROJECT });
    let own = test.token(&TestToken { client_id: "client_new", claims, ..viewer() });
    test.deactivate(&own);
    assert_eq!(reason(&test, &own).await, None);
}

#[tokio::test]
async fn a_token_is_valid_until_it_expires() {
    let test = TestUsher::start().await;
    let token = test.token(&viewer());
    assert_eq!(reason(&test, &token).await, None);
    test.advance(Duration::from_secs(629));
    assert_eq!(reason(&test, &token).await, None, "clocks may differ by 30 s");
    test.advance(Duration::from_secs(1));
    assert_eq!(reason(&test, &token).await, Some(Reason::TokenExpired));
}

#[tokio::test]
async fn the_sessions_that_were_used_are_listed() {
    let (test, app) = crate::test_with_rules().await;
    let token = test.token(&viewer());
    for _ in 0..3 {
        assert_eq!(crate::ask(&app, "/me", Some(&token)).await.0, 200);
    }
    let sessions = test.usher.sessions();
    let [session] = sessions.as_slice() else { panic!("{sessions:?}") };
    assert_eq!((session.id.as_str(), session.subject.as_str(), session.requests), ("session-1", "user-1", 3));
    test.revoke("sid", "session-1").await;
    assert_eq!(test.usher.sessions(), []);
}
