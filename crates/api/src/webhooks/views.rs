//! The wire form of webhooks and deliveries.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use usher_domain::event::webhook::{
    DeliveryAttempt, DeliveryStatus, DisabledWhy, SealedSecret, Webhook, WebhookDelivery,
};
use usher_domain::time::Timestamp;
use usher_flows::webhooks::WithSecret;

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookView {
    /// Its id.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000007")]
    pub id: String,
    /// The receiver.
    #[schema(example = "https://shop.example/hooks/usher")]
    pub url: String,
    /// The description.
    #[schema(example = "Signs people out of the shop")]
    pub description: String,
    /// The event types to send: exact names, all of one noun (`session.*`) or everything (`*`).
    #[schema(example = json!(["session.*", "user.deleted"]))]
    pub events: Vec<String>,
    /// When its secrets were created and when they stop signing, newest first. Without their values.
    pub secrets: Vec<SecretView>,
    /// When it was created, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
    /// When it last changed.
    #[schema(example = 1_795_000_000)]
    pub updated_at: i64,
    /// When it was disabled, in seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<i64>,
    /// Why it was disabled: `owner`, `gone` (the receiver responded with 410) or `failing` (only failures for a week).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<&'static str>,
    /// Since when every attempt has failed, in seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<i64>,
}

/// A secret, without its value.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecretView {
    /// When it was created, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
    /// When it stops signing; absent for the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

/// A webhook with its new secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookWithSecret {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: WebhookView,
    /// The key that signs its messages from now on. Returned only once.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: String,
}

/// A message to a webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryView {
    /// The message's id: the header `webhook-id`, the same in every attempt.
    #[schema(example = "01936d2e-3c00-7000-8000-0000000000aa")]
    pub id: String,
    /// The event type.
    #[serde(rename = "type")]
    #[schema(example = "session.revoked")]
    pub kind: String,
    /// `waiting`, `delivered` or `failed`.
    #[schema(example = "delivered")]
    pub status: &'static str,
    /// When it was created, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
    /// When the next attempt is due, while it is waiting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try_at: Option<i64>,
    /// When it was delivered or failed for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// The body: `type`, `version`, `timestamp` and `data`.
    #[schema(value_type = BTreeMap<String, Value>, example = json!({
        "type": "session.revoked", "version": 1, "timestamp": "2026-11-18T11:06:40Z",
        "data": {"project_id": "01936d2e-3c00-7000-8000-000000000001", "sub": "6Hq3P0b0TfmQ1x2y3z4w5A", "reason": "sign_out"}
    }))]
    pub body: Value,
    /// Its attempts, oldest first.
    pub attempts: Vec<AttemptView>,
}

/// An attempt.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptView {
    /// When it was made, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub at: i64,
    /// Its duration, in milliseconds.
    #[schema(example = 84)]
    pub ms: u64,
    /// The response's status.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 204)]
    pub status: Option<u16>,
    /// The error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The first kibibyte of the response, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// The number of deliveries that are sent again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Redelivered {
    /// How many.
    #[schema(example = 12)]
    pub deliveries: u64,
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        let time = |at: Option<Timestamp>| at.map(|at| at.0);
        Self {
            id: webhook.id.to_string(),
            url: webhook.url,
            description: webhook.description,
            events: webhook.filters.into_iter().map(String::from).collect(),
            secrets: webhook.secrets.iter().map(SecretView::from).collect(),
            created_at: webhook.created_at.0,
            updated_at: webhook.updated_at.0,
            disabled_at: time(webhook.disabled_at),
            disabled_reason: webhook.disabled_why.map(DisabledWhy::as_str),
            failing_since: time(webhook.failing_since),
        }
    }
}

impl From<&SealedSecret> for SecretView {
    fn from(secret: &SealedSecret) -> Self {
        Self { created_at: secret.created_at.0, expires_at: secret.expires_at.map(|at| at.0) }
    }
}

impl From<WithSecret> for WebhookWithSecret {
    fn from(made: WithSecret) -> Self {
        Self { webhook: made.webhook.into(), secret: made.secret }
    }
}

impl From<WebhookDelivery> for DeliveryView {
    fn from(delivery: WebhookDelivery) -> Self {
        Self {
            id: delivery.message_id.to_string(),
            kind: delivery.kind,
            status: delivery.status.as_str(),
            created_at: delivery.created_at.0,
            next_try_at: (delivery.status == DeliveryStatus::Waiting).then_some(delivery.send_after.0),
            ended_at: delivery.ended_at.map(|at| at.0),
            body: serde_json::from_str(&delivery.body).unwrap_or(Value::Null),
            attempts: delivery.attempts.into_iter().map(AttemptView::from).collect(),
        }
    }
}

impl From<DeliveryAttempt> for AttemptView {
    fn from(attempt: DeliveryAttempt) -> Self {
        Self { at: attempt.at.0, ms: attempt.ms, status: attempt.status, error: attempt.error, answer: attempt.answer }
    }
}
