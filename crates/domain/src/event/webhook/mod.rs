//! Webhooks: URLs of a project that receive events, according to the Standard Webhooks specification.

pub mod filter;
pub mod message;
pub mod schedule;

use serde::{Deserialize, Serialize};

use crate::id::{EventId, ProjectId, WebhookId};
use crate::time::Timestamp;
use filter::Filter;

/// Maximum number of webhooks of a project.
pub const MOST: usize = 20;
/// Maximum length of a URL.
pub const LONGEST_URL: usize = 2_000;
/// Maximum length of a description, in characters.
pub const LONGEST_DESCRIPTION: u32 = 200;
/// Number of attempts that are stored for one delivery, the newest.
pub const ATTEMPTS_KEPT: usize = 30;

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Its project.
    pub project_id: ProjectId,
    /// The URL of the receiver.
    pub url: String,
    /// The description by its owner.
    pub description: String,
    /// Its filters.
    pub filters: Vec<Filter>,
    /// Its signing secrets, newest first.
    pub secrets: Vec<SealedSecret>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was disabled.
    pub disabled_at: Option<Timestamp>,
    /// Why it was disabled.
    pub disabled_why: Option<DisabledWhy>,
    /// Since when every delivery has failed.
    pub failing_since: Option<Timestamp>,
}

impl Webhook {
    /// The secrets that are valid now.
    pub fn signing(&self, now: Timestamp) -> impl Iterator<Item = &SealedSecret> {
        self.secrets.iter().filter(move |secret| secret.expires_at.is_none_or(|end| now < end))
    }
}

/// A sealed signing secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedSecret {
    /// The sealed secret, as text.
    pub sealed: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires; never if absent.
    pub expires_at: Option<Timestamp>,
}

macro_rules! wire_names {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// The stored name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The value with this name.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    )*};
}

wire_names! {
    /// Why a webhook is disabled.
    DisabledWhy {
        /// Its owner disabled it.
        Owner = "owner",
        /// The receiver answered 410 Gone.
        Gone = "gone",
        /// Every delivery failed for a week.
        Failing = "failing",
    }

    /// The state of a delivery.
    DeliveryStatus {
        /// To be sent, or sent again.
        Waiting = "waiting",
        /// The receiver accepted it.
        Delivered = "delivered",
        /// All attempts failed.
        Failed = "failed",
    }
}

/// One message to one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookDelivery {
    /// Its position among all deliveries.
    pub seq: i64,
    /// The webhook.
    pub webhook_id: WebhookId,
    /// The id of the message, the same at every attempt: the id of its event.
    pub message_id: EventId,
    /// Its type, such as `session.created`.
    pub kind: String,
    /// Its subject.
    pub subject: String,
    /// The bytes that are signed and sent.
    pub body: String,
    /// Its state.
    pub status: DeliveryStatus,
    /// Number of attempts since it was last started.
    pub tries: u32,
    /// When the next attempt is due, while it waits.
    pub send_after: Timestamp,
    /// Its attempts, oldest first.
    pub attempts: Vec<DeliveryAttempt>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was delivered or failed.
    pub ended_at: Option<Timestamp>,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryAttempt {
    /// When it was made.
    pub at: Timestamp,
    /// Its duration in milliseconds.
    pub ms: u64,
    /// The status of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The beginning of the answer, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

impl DeliveryAttempt {
    /// Whether the receiver accepted it.
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status)) && self.error.is_none()
    }

    /// Whether the receiver answered 410 Gone.
    pub fn is_gone(&self) -> bool {
        self.status == Some(410)
    }
}

/// An invalid field of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} {why}")]
pub struct WebhookFault {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: &'static str,
}
