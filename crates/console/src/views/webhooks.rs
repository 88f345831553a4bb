//! The webhooks of a project, and one of them with its deliveries.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use serde::Deserialize;

use super::project::overlaps;
use crate::views::{EVENT_FIELD, EventGroup, JsonPart, LatencyChart, event_groups};
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
    /// The values that the form was loaded with, if the webhook exists already.
    pub loaded: String,
    /// The chosen filters, as `event.session.*`, and the fields of every form.
    #[serde(flatten)]
    pub others: BTreeMap<String, String>,
}

impl WebhookValues {
    /// The values of a form with these filters chosen.
    pub fn with_filters<'f>(self, filters: impl IntoIterator<Item = &'f str>) -> Self {
        let others = filters.into_iter().map(|filter| (format!("{EVENT_FIELD}{filter}"), "1".to_owned())).collect();
        Self { others, ..self }
    }

    /// The chosen filters, sorted.
    pub fn filters(&self) -> BTreeSet<&str> {
        self.others.keys().filter_map(|name| name.strip_prefix(EVENT_FIELD)).collect()
    }

    /// Is every event chosen, also those that later versions add?
    pub fn wants_all(&self) -> bool {
        self.filters().contains("*")
    }

    /// The events to choose from.
    pub fn groups(&self, page: &Layout) -> Vec<EventGroup> {
        event_groups(page, &self.filters())
    }
}

/// Every webhook of a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/webhooks.html")]
pub struct WebhooksPage {
    /// The layout.
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Fields of [`WebhookValues`]: creates a webhook.
    pub form: Form,
    /// The webhooks, oldest first.
    pub webhooks: Vec<WebhookListItem>,
    /// The submitted values.
    pub values: WebhookValues,
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
    /// The answer times of the last attempts.
    pub latency: Option<LatencyChart>,
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
    /// The pieces of the body.
    pub body: Vec<JsonPart>,
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

impl WebhookPage {
    /// How long the former secret signs beside a new one: `(seconds, label, selected)`.
    pub fn overlaps(&self) -> [(&'static str, String, bool); 5] {
        overlaps(&self.page, "86400")
    }
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
