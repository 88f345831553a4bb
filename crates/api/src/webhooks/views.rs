//! Webhooks and deliveries as they go out.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use usher_domain::event::webhook::{Attempt, Delivery, DeliveryStatus, DisabledWhy, SealedSecret, Webhook};
use usher_domain::time::Timestamp;
use usher_flows::webhooks::WithSecret;

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookView {
    /// Its id.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000007")]
    pub id: String,
    /// Where messages go.
    #[schema(example = "https://shop.example/hooks/usher")]
    pub url: String,
    /// What it is for.
    #[schema(example = "Signs people out of the shop")]
    pub description: String,
    /// What it is told: exact names, all of one noun (`session.*`) or everything (`*`).
    #[schema(example = json!(["session.*", "user.deleted"]))]
    pub events: Vec<String>,
    /// When its secrets were made and until when they sign, newest first. The secrets themselves are shown once.
    pub secrets: Vec<SecretView>,
    /// Since when, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
    /// When it last changed.
    #[schema(example = 1_795_000_000)]
    pub updated_at: i64,
    /// Since when it is out of use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<i64>,
    /// Why: `owner`, `gone` (its address answered 410) or `failing` (nothing but failure for a week).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<&'static str>,
    /// Since when nothing but failure came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<i64>,
}

/// What is shown of a secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecretView {
    /// Since when.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
    /// Until when it signs; absent for the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

/// A webhook with its new secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookWithSecret {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: WebhookView,
    /// What its messages are signed with from now on. Shown this once.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: String,
}

/// A message to a webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryView {
    /// The message's id: the header `webhook-id`, the same at every try.
    #[schema(example = "01936d2e-3c00-7000-8000-0000000000aa")]
    pub id: String,
    /// What it tells.
    #[serde(rename = "type")]
    #[schema(example = "session.revoked")]
    pub kind: String,
    /// `waiting`, `delivered` or `failed`.
    #[schema(example = "delivered")]
    pub status: &'static str,
    /// Since when, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
    /// When it is tried next, while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try_at: Option<i64>,
    /// When it was delivered or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// What is sent: `type`, `version`, `timestamp` and `data`.
    #[schema(value_type = BTreeMap<String, Value>, example = json!({
        "type": "session.revoked", "version": 1, "timestamp": "2026-11-18T11:06:40Z",
        "data": {"project_id": "01936d2e-3c00-7000-8000-000000000001", "sub": "6Hq3P0b0TfmQ1x2y3z4w5A", "reason": "sign_out"}
    }))]
    pub body: Value,
    /// Its tries, oldest first.
    pub attempts: Vec<AttemptView>,
}

/// One try.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptView {
    /// When, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub at: i64,
    /// How long it took, in milliseconds.
    #[schema(example = 84)]
    pub ms: u64,
    /// The status that was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 204)]
    pub status: Option<u16>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The first kibibyte of the answer, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// How many deliveries are sent again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Redelivered {
    /// So many.
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

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
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

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        Self { at: attempt.at.0, ms: attempt.ms, status: attempt.status, error: attempt.error, answer: attempt.answer }
    }
}
