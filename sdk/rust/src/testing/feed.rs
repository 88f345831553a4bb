use std::sync::Arc;
use std::time::Duration;

use axum::Json as Body;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::issuer::TestIssuer;
use crate::locks::lock;

/// The longest time that a long poll waits.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
pub(super) struct FeedQuery {
    cursor: String,
    #[serde(default)]
    wait: u64,
}

impl FeedQuery {
    /// Epoch and position.
    fn place(&self) -> Option<(u64, usize)> {
        let (epoch, position) = self.cursor.strip_prefix('e')?.split_once('.')?;
        Some((epoch.parse().ok()?, position.parse().ok()?))
    }
}

pub(super) async fn snapshot(State(issuer): State<Arc<TestIssuer>>) -> Body<Json> {
    let content = lock(&issuer.content);
    let revocations: Vec<_> = content.events.iter().filter(|event| event["t"] == "ev").collect();
    Body(json!({
        "epoch": format!("e{}", content.epoch), "cursor": content.events.len(), "server_time": issuer.now(),
        "revocations": revocations, "jwks": { "etag": "\"keys\"" },
        "policy": content.rules.as_ref().map(|(_, revision)| json!({ "revision": revision, "etag": format!("\"{revision}\"") })),
    }))
}

/// The end of the feed: epoch and position.
fn end(issuer: &TestIssuer) -> (u64, usize) {
    let content = lock(&issuer.content);
    (content.epoch, content.events.len())
}

/// What is new after a place: epoch, position, events. `None` if the place is not of this feed.
fn news(issuer: &TestIssuer, place: Option<(u64, usize)>) -> Option<(u64, usize, Vec<Json>)> {
    let content = lock(&issuer.content);
    let (epoch, position) = place?;
    let events = content.events.get(position..).filter(|_| epoch == content.epoch)?;
    Some((epoch, content.events.len(), events.to_vec()))
}

pub(super) async fn events(State(issuer): State<Arc<TestIssuer>>, Query(query): Query<FeedQuery>) -> Response {
    let mut heard = issuer.news.subscribe();
    let wait = Duration::from_secs(query.wait).min(LONGEST_WAIT);
    let answered = tokio::time::timeout(wait, async {
        loop {
            match news(&issuer, query.place()) {
                None => return StatusCode::GONE.into_response(),
                Some((epoch, cursor, events)) if !events.is_empty() => {
                    let answer =
                        json!({ "epoch": format!("e{epoch}"), "cursor": cursor, "events": events, "more": false });
                    return Body(answer).into_response();
                }
                Some(_) if issuer.is_away() => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
                Some(_) => {}
            }
            if heard.changed().await.is_err() {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
        }
    });
    answered.await.unwrap_or_else(|_| StatusCode::NOT_MODIFIED.into_response())
}

pub(super) async fn socket(
    State(issuer): State<Arc<TestIssuer>>,
    Query(query): Query<FeedQuery>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.protocols(["usher.sync.v1"]).on_upgrade(async move |mut socket| {
        // An error says that the module is gone.
        let _ = follow(&issuer, query.place(), &mut socket).await;
    })
}

async fn follow(
    issuer: &TestIssuer,
    mut place: Option<(u64, usize)>,
    socket: &mut WebSocket,
) -> Result<(), axum::Error> {
    let mut heard = issuer.news.subscribe();
    let (epoch, position) = end(issuer);
    send(socket, &json!({ "t": "hello", "epoch": format!("e{epoch}"), "cursor": position, "hb": 25 })).await?;
    while !issuer.is_away() {
        match news(issuer, place) {
            None => {
                let (epoch, position) = end(issuer);
                place = Some((epoch, position));
                send(socket, &json!({ "t": "resync", "epoch": format!("e{epoch}"), "cursor": position })).await?;
            }
            Some((epoch, position, events)) => {
                place = Some((epoch, position));
                for event in &events {
                    send(socket, event).await?;
                }
            }
        }
        tokio::select! {
            changed = heard.changed() => if changed.is_err() { break },
            message = socket.recv() => if message.is_none() { break },
        }
    }
    Ok(())
}

async fn send(socket: &mut WebSocket, message: &Json) -> Result<(), axum::Error> {
    socket.send(Message::text(message.to_string())).await
}
