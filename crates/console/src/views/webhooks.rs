//! The webhooks of a project, and one of them with its deliveries.

use askama::Template;
use serde::Deserialize;

use usher_domain::urls::WebhookUrls;
use usher_page_kit::views::{FieldErrors, Form, Layout, Moment, ProjectHead, ShownSecret};

/// The fields of a webhook, as they are sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct WebhookValues {
    /// The receiver.
    pub url: String,
    /// The description.
    pub description: String,
    /// The filters, one per line.
    pub events: String,
    /// The values that the form was loaded with, if the webhook exists already.
    pub loaded: String,
}

/// Every webhook of a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/webhooks.html")]
pub struct WebhooksPage {
    /// The layout.
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Fields `url`, `description`, `events`: creates a webhook.
    pub form: Form,
    /// The webhooks, oldest first.
    pub webhooks: Vec<WebhookListItem>,
    /// The submitted values.
    pub values: WebhookValues,
    /// Every event type.
    pub kinds: Vec<String>,
    /// Success message.
    pub notice: Option<String>,
    /// Validation errors.
    pub errors: FieldErrors,
}

/// One webhook in the list.
#[derive(Clone, Debug, Default)]
pub struct WebhookListItem {
    /// Its URL.
    pub url: String,
    /// The receiver.
    pub address: String,
    /// The description.
    pub description: String,
    /// The filters, in one line.
    pub events: String,
    /// Did its last messages fail?
    pub failing: bool,
    /// Why it is disabled, if it is.
    pub off: Option<String>,
}

/// One webhook.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/webhook.html")]
pub struct WebhookPage {
    /// The layout.
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Saves [`WebhookValues`].
    pub form: Form,
    /// Its actions.
    pub urls: WebhookUrls,
    /// The current receiver.
    pub address: String,
    /// The submitted values.
    pub values: WebhookValues,
    /// The new secret.
    pub secret: Option<ShownSecret>,
    /// Why it is disabled, if it is.
    pub off: Option<String>,
    /// Since when every attempt has failed.
    pub failing_since: Option<Moment>,
    /// Until when a former secret also signs.
    pub former_until: Option<Moment>,
    /// Did a delivery on this page fail for good?
    pub any_failed: bool,
    /// Its deliveries, newest first.
    pub deliveries: Vec<DeliveryItem>,
    /// The next page.
    pub more_url: Option<String>,
    /// Success message.
    pub notice: Option<String>,
    /// Validation errors.
    pub errors: FieldErrors,
}

/// A delivery.
#[derive(Clone, Debug, Default)]
pub struct DeliveryItem {
    /// Sends it again.
    pub redeliver_url: String,
    /// The event type.
    pub kind: String,
    /// `waiting`, `delivered` or `failed`.
    pub status: String,
    /// When it was created.
    pub created: Moment,
    /// When the next attempt is due, after a failed one.
    pub next: Option<Moment>,
    /// Its attempts, oldest first.
    pub attempts: Vec<AttemptItem>,
    /// The body.
    pub body: String,
}

/// An attempt.
#[derive(Clone, Debug, Default)]
pub struct AttemptItem {
    /// When it was made.
    pub at: Moment,
    /// The result.
    pub what: String,
    /// The beginning of the response.
    pub answer: Option<String>,
}

impl DeliveryItem {
    /// The number of attempts.
    pub fn tries(&self) -> u32 {
        u32::try_from(self.attempts.len()).unwrap_or(u32::MAX)
    }

    /// The message key of the status.
    pub fn status_key(&self) -> &'static str {
        match self.status.as_str() {
            "delivered" => "delivery-delivered",
            "failed" => "delivery-failed",
            _ => "delivery-waiting",
        }
    }
}
