//! `POST /_sim/send`: events that providers send, to a URL on this machine.
//!
//! `{"kind": KIND, "to": URL, "persona": NAME, "event": WORD}`, where the kind is one of
//!
//! | kind | what arrives |
//! |---|---|
//! | `google_risc` | a security event token, by default of `account-disabled` |
//! | `facebook_deauthorize`, `facebook_data_deletion` | a form with `signed_request` |
//! | `apple_notification` | JSON with `payload`, by default of `consent-revoked` |
//! | `oidc_backchannel_logout` | a form with `logout_token` |
//!
//! The response is that of the receiver: `{"status": …, "body": …}`, with what was `sent`.

use std::sync::Arc;
use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::Simulator;
use super::digest::hmac_sha256;
use super::login::is_loopback;
use super::page::{CLIENT_ID, CLIENT_SECRET};
use super::personas::{LoginHint, SimUser};
use super::provider::SimProvider;
use super::{apple, facebook, google, oidc};

/// Longest wait for the receiver.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest part of the receiver's response that is returned.
const LONGEST_ANSWER: usize = 4_096;

/// The kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SimEventKind {
    GoogleRisc,
    FacebookDeauthorize,
    FacebookDataDeletion,
    AppleNotification,
    OidcBackchannelLogout,
}

impl SimEventKind {
    const fn provider(self) -> SimProvider {
        match self {
            Self::GoogleRisc => google::PROVIDER,
            Self::FacebookDeauthorize | Self::FacebookDataDeletion => facebook::PROVIDER,
            Self::AppleNotification => apple::PROVIDER,
            Self::OidcBackchannelLogout => oidc::PROVIDER,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SimEventOrder {
    kind: SimEventKind,
    to: Url,
    persona: String,
    event: Option<String>,
    /// Claims that override the valid ones, for tests of what a receiver must reject.
    #[serde(default)]
    claims: serde_json::Map<String, Value>,
}

/// A message to send.
struct OutgoingMessage {
    content_type: &'static str,
    body: String,
}

fn refuse(words: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": words }))).into_response()
}

/// Sends the requested event.
pub async fn post(State(sim): State<Arc<Simulator>>, body: Bytes) -> Response {
    let order: SimEventOrder = match serde_json::from_slice(&body) {
        Ok(order) => order,
        Err(cause) => return refuse(&cause.to_string()),
    };
    if !is_loopback(&order.to) || !matches!(order.to.scheme(), "http" | "https") {
        return refuse("`to` must be an http(s) address of this machine");
    }
    let Some(hint) = LoginHint::parse(&format!("persona:{}", order.persona)) else {
        return refuse("`persona` is no persona");
    };
    let person = SimUser::come(order.kind.provider(), &hint, 0);
    let message = written(&sim, &order, &person);
    match deliver(&order.to, &message).await {
        Ok((status, answer)) => Json(json!({"status": status, "body": answer, "sent": message.body})).into_response(),
        Err(cause) => (StatusCode::BAD_GATEWAY, Json(json!({"error": cause.to_string()}))).into_response(),
    }
}

async fn deliver(to: &Url, message: &OutgoingMessage) -> Result<(u16, String), reqwest::Error> {
    let http =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(PATIENCE).build()?;
    let request = http.post(to.clone()).header(header::CONTENT_TYPE, message.content_type).body(message.body.clone());
    let mut answer = request.send().await?;
    let mut text = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        text.extend_from_slice(&chunk[..chunk.len().min(LONGEST_ANSWER - text.len())]);
        if text.len() >= LONGEST_ANSWER {
            break;
        }
    }
    Ok((answer.status().as_u16(), String::from_utf8_lossy(&text).into_owned()))
}

fn written(sim: &Simulator, order: &SimEventOrder, person: &SimUser) -> OutgoingMessage {
    match order.kind {
        SimEventKind::GoogleRisc => OutgoingMessage {
            content_type: "application/secevent+jwt",
            body: signed(sim, order, "secevent+jwt", risc(sim, order, person)),
        },
        SimEventKind::FacebookDeauthorize | SimEventKind::FacebookDataDeletion => {
            form("signed_request", &signed_request(sim, order, person))
        }
        SimEventKind::AppleNotification => {
            let payload = signed(sim, order, "JWT", apple(sim, order, person));
            OutgoingMessage { content_type: "application/json", body: json!({ "payload": payload }).to_string() }
        }
        SimEventKind::OidcBackchannelLogout => {
            form("logout_token", &signed(sim, order, "logout+jwt", logout(sim, person)))
        }
    }
}

fn form(name: &str, value: &str) -> OutgoingMessage {
    let body = form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
    OutgoingMessage { content_type: "application/x-www-form-urlencoded", body }
}

fn signed(sim: &Simulator, order: &SimEventOrder, kind: &str, mut payload: Value) -> String {
    for (name, value) in &order.claims {
        payload[name] = value.clone();
    }
    let header = json!({"alg": "RS256", "typ": kind, "kid": sim.keys.current(order.kind.provider())});
    sim.keys.sign(&header, &payload)
}

/// Cross-Account Protection: the issuer has a trailing slash, and there is no `exp`.
fn risc(sim: &Simulator, order: &SimEventOrder, person: &SimUser) -> Value {
    let issuer = format!("{}/", sim.base(google::PROVIDER));
    let event = order.event.as_deref().unwrap_or("account-disabled");
    let family = if event.starts_with("token") { "oauth" } else { "risc" };
    let kind = format!("https://schemas.openid.net/secevent/{family}/event-type/{event}");
    let mut claims = json!({"subject": {"subject_type": "iss-sub", "iss": issuer, "sub": person.subject}});
    if event == "account-disabled" {
        claims["reason"] = json!("hijacking");
    }
    let (now, id) = (sim.clock.now(), sim.clock.draw(16));
    json!({"iss": issuer, "aud": CLIENT_ID, "iat": now, "jti": id, "events": {kind: claims}})
}

/// Facebook's signature format: the signature first, then the payload, both in base64url.
fn signed_request(sim: &Simulator, order: &SimEventOrder, person: &SimUser) -> String {
    let mut payload = json!({"algorithm": "HMAC-SHA256", "issued_at": sim.clock.now(), "user_id": person.subject});
    for (name, value) in &order.claims {
        payload[name] = value.clone();
    }
    let payload = URL_SAFE_NO_PAD.encode(payload.to_string());
    format!("{}.{payload}", URL_SAFE_NO_PAD.encode(hmac_sha256(CLIENT_SECRET, &payload)))
}

/// The `events` claim is a JSON string, and its time is in milliseconds.
fn apple(sim: &Simulator, order: &SimEventOrder, person: &SimUser) -> Value {
    let now = sim.clock.now();
    let event = order.event.as_deref().unwrap_or("consent-revoked");
    let mut claims = json!({"type": event, "sub": person.subject, "event_time": now.saturating_mul(1_000)});
    if event.starts_with("email-") {
        claims["email"] = json!(person.email);
        claims["is_private_email"] = json!(person.is_relayed().to_string());
    }
    json!({"iss": sim.base(apple::PROVIDER), "aud": CLIENT_ID, "iat": now, "exp": now + 86_400,
           "jti": sim.clock.draw(16), "events": claims.to_string()})
}

/// Back-Channel Logout 1.0 §2.4, with the user's last session.
fn logout(sim: &Simulator, person: &SimUser) -> Value {
    let now = sim.clock.now();
    let mut token = json!({
        "iss": sim.base(oidc::PROVIDER),
        "aud": CLIENT_ID,
        "iat": now,
        "exp": now + 120,
        "jti": sim.clock.draw(16),
        "sub": person.subject,
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    });
    if let Some(sid) = sim.grants().last_session(oidc::PROVIDER, &person.subject) {
        token["sid"] = json!(sid);
    }
    token
}
