//! The webhooks of a project, and one of them with its deliveries.

use askama::Template;

use super::super::{FieldErrors, Form, Page, ProjectHead, ShownSecret};

/// What is typed of a webhook.
#[derive(Clone, Debug, Default)]
pub struct WebhookValues {
    /// Where messages go.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// What it is told, one filter a line.
    pub events: String,
}

/// Every webhook of a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/webhooks.html")]
pub struct WebhooksPage {
    /// The chrome.
    pub page: Page,
    /// The head of the project's pages.
    pub project: ProjectHead,
    /// Fields `url`, `description`, `events`: make a webhook.
    pub form: Form,
    /// The webhooks, oldest first.
    pub webhooks: Vec<WebhookRow>,
    /// What was typed.
    pub values: WebhookValues,
    /// Every event that can be told.
    pub kinds: Vec<String>,
    /// Good news.
    pub notice: Option<String>,
    /// What was wrong.
    pub errors: FieldErrors,
}

/// One webhook in the list.
#[derive(Clone, Debug, Default)]
pub struct WebhookRow {
    /// Its page.
    pub url: String,
    /// Where messages go.
    pub address: String,
    /// What it is for.
    pub description: String,
    /// What it is told, in one line.
    pub events: String,
    /// Whether its last messages failed.
    pub failing: bool,
    /// Why it is out of use, if it is.
    pub off: Option<String>,
}

/// One webhook.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/webhook.html")]
pub struct WebhookPage {
    /// The chrome.
    pub page: Page,
    /// The head of the project's pages.
    pub project: ProjectHead,
    /// Buttons `do` = `save`, `test`, `rotate-secret`, `disable`, `enable`, `redeliver-failed`, `delete`; or `redeliver`.
    pub form: Form,
    /// Where messages go now.
    pub address: String,
    /// What is typed.
    pub values: WebhookValues,
    /// The secret that was just made.
    pub secret: Option<ShownSecret>,
    /// Why it is out of use, if it is.
    pub off: Option<String>,
    /// Since when nothing but failure came of it.
    pub failing_since: Option<String>,
    /// Until when a former secret signs beside the present one.
    pub former_until: Option<String>,
    /// Whether a delivery on this page was given up.
    pub any_failed: bool,
    /// Its deliveries, newest first.
    pub deliveries: Vec<DeliveryView>,
    /// Older ones.
    pub more_url: Option<String>,
    /// Good news.
    pub notice: Option<String>,
    /// What was wrong.
    pub errors: FieldErrors,
}

/// One message.
#[derive(Clone, Debug, Default)]
pub struct DeliveryView {
    /// Its id.
    pub id: String,
    /// What it tells.
    pub kind: String,
    /// `waiting`, `delivered` or `failed`.
    pub status: String,
    /// Since when.
    pub created: String,
    /// When it is tried next, after a try that failed.
    pub next: Option<String>,
    /// Its tries, oldest first.
    pub attempts: Vec<AttemptView>,
    /// What is sent.
    pub body: String,
}

/// One try.
#[derive(Clone, Debug, Default)]
pub struct AttemptView {
    /// When.
    pub at: String,
    /// What came of it.
    pub what: String,
    /// The first part of the answer.
    pub answer: Option<String>,
}

impl DeliveryView {
    /// How often it was tried.
    pub fn tries(&self) -> u32 {
        u32::try_from(self.attempts.len()).unwrap_or(u32::MAX)
    }

    /// The key of what became of it.
    pub fn status_key(&self) -> &'static str {
        match self.status.as_str() {
            "delivered" => "delivery-delivered",
            "failed" => "delivery-failed",
            _ => "delivery-waiting",
        }
    }
}
