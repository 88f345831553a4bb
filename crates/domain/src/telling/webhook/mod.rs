//! Webhooks: a project's address that is told of what happens, by the Standard Webhooks specification.

pub mod catalogue;
pub mod filter;
pub mod schedule;

use serde::{Deserialize, Serialize};

use crate::id::{EventId, ProjectId, WebhookId};
use crate::time::Timestamp;
use filter::Filter;

/// Most webhooks of one project.
pub const MOST: usize = 20;
/// Most characters of an address.
pub const LONGEST_URL: usize = 2_000;
/// Most characters of a description.
pub const LONGEST_DESCRIPTION: u32 = 200;
/// Attempts that are kept of one delivery, the newest.
pub const ATTEMPTS_KEPT: usize = 30;

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its name.
    pub id: WebhookId,
    /// Whose it is.
    pub project_id: ProjectId,
    /// Where messages go.
    pub url: String,
    /// What it is for, in its owner's words.
    pub description: String,
    /// What it is told.
    pub filters: Vec<Filter>,
    /// What its messages are signed with, newest first.
    pub secrets: Vec<SealedSecret>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Since when it is out of use.
    pub disabled_at: Option<Timestamp>,
    /// Why it is out of use.
    pub disabled_why: Option<DisabledWhy>,
    /// Since when nothing but failure came of it.
    pub failing_since: Option<Timestamp>,
}

impl Webhook {
    /// The secrets that sign at this moment.
    pub fn signing(&self, now: Timestamp) -> impl Iterator<Item = &SealedSecret> {
        self.secrets.iter().filter(move |secret| secret.expires_at.is_none_or(|end| now < end))
    }
}

/// A secret that messages are signed with, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedSecret {
    /// The secret, sealed, as text.
    pub sealed: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when; for ever if absent.
    pub expires_at: Option<Timestamp>,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What the word stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    )*};
}

words! {
    /// Why a webhook is out of use.
    DisabledWhy {
        /// Its owner said so.
        Owner = "owner",
        /// Its address answered 410 Gone.
        Gone = "gone",
        /// Nothing but failure for a week.
        Failing = "failing",
    }

    /// What became of a delivery.
    DeliveryStatus {
        /// It is to be sent, or sent again.
        Waiting = "waiting",
        /// Its receiver took it.
        Delivered = "delivered",
        /// It was given up.
        Failed = "failed",
    }
}

/// One message to one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its place among all deliveries.
    pub seq: i64,
    /// Whose.
    pub webhook_id: WebhookId,
    /// The message's own id, the same at every try: that of the fact it tells.
    pub message_id: EventId,
    /// What it tells, such as `session.created`.
    pub kind: String,
    /// Whom it is about.
    pub subject: String,
    /// The very bytes that are signed and sent.
    pub body: String,
    /// What became of it.
    pub status: DeliveryStatus,
    /// Tries since it was last set going.
    pub tries: u32,
    /// When it is tried next, while it waits.
    pub send_after: Timestamp,
    /// Its tries, oldest first.
    pub attempts: Vec<Attempt>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was delivered or given up.
    pub ended_at: Option<Timestamp>,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// What was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What went wrong, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The first part of the answer, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

impl Attempt {
    /// Did the receiver take it?
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status)) && self.error.is_none()
    }

    /// Does the receiver want no more, ever?
    pub fn is_gone(&self) -> bool {
        self.status == Some(410)
    }
}

/// What will not do about a webhook, by the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} {why}")]
pub struct WebhookFault {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: &'static str,
}
