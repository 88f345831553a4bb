//! One webhook and its deliveries: changing, testing, disabling, deleting, and rotating its secret.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;

use super::webhooks::{ADDED, DELETED, why_key};
use crate::views::{
    AttemptItem, ConfirmDeletion, DeliveryItem, LatencyChart, TimedAttempt, WebhookPage, WebhookValues, pretty,
};
use usher_accounts::FlowError;
use usher_domain::event::webhook::filter::Filter;
use usher_domain::event::webhook::{DeliveryAttempt, DeliveryStatus, Webhook, WebhookDelivery};
use usher_domain::id::{EventId, ProjectId, WebhookId};
use usher_domain::page::Cursor;
use usher_domain::time::Timestamp;
use usher_domain::urls::{self, DeliveryUrls, WebhookUrls};
use usher_flows::webhooks::WebhookChange;
use usher_page_kit::kit::{
    ButtonForm, InPath, Notice, PageForm, PageKit as _, PageResult, ProjectPage, SecretPage as _,
};
use usher_page_kit::loaded::LoadedValues;
use usher_page_kit::views::{Layout, ProjectTab, ShownSecret};

/// Deliveries on one page.
const SIZE: u32 = 20;
/// The latest deliveries, whose attempts the chart shows, and its bars at most.
const TIMED: u32 = 40;
const BARS: usize = 40;

const SAVED: Notice = Notice::new("saved", "webhook-saved");
const TESTED: Notice = Notice::new("tested", "webhook-tested");
const ROTATED: Notice = Notice::new("rotated", "webhook-rotated");
const DISABLED: Notice = Notice::new("disabled", "webhook-disabled");
const ENABLED: Notice = Notice::new("enabled", "webhook-enabled");
const SENT: Notice = Notice::new("sent", "webhook-sent-again");
const ALL_SENT: Notice = Notice::new("all-sent", "webhook-all-sent-again");

/// The project, which the kit loads, and the webhook.
type WebhookPath = InPath<(ProjectId, WebhookId)>;

/// GET /console/projects/{project}/webhooks/{webhook}; `before` is the start of a further page of deliveries.
pub async fn get(mut page: ProjectPage, InPath((_, id)): WebhookPath) -> PageResult {
    let webhook = page.app.usher.webhooks.load_webhook(page.project.id, id).await?;
    let before = page.param("before").and_then(|text| Cursor::decode(text).ok());
    let here = WebhookUrls::of(&page.project.id, &id).page();
    let secret = page.secret(&here).await?;
    let known = [ADDED, SAVED, TESTED, ROTATED, DISABLED, ENABLED, SENT, ALL_SENT];
    let notice = page.notice(&known).filter(|_| secret != Some(ShownSecret::Before));
    let view = WebhookPage { secret, notice, ..view(&mut page, &webhook, before).await? };
    page.show(&view)
}

/// POST changes the fields that were edited. The others stay as they are stored.
pub async fn save(
    mut page: ProjectPage,
    InPath((_, id)): WebhookPath,
    PageForm(values): PageForm<WebhookValues>,
) -> PageResult {
    let saved = page.app.usher.webhooks.update_webhook(page.project.id, id, edited(&values)).await;
    match page.check(saved)? {
        Ok(_) => done(page, id, SAVED),
        Err(errors) => {
            let webhook = page.app.usher.webhooks.load_webhook(page.project.id, id).await?;
            let view = WebhookPage { values, errors, ..view(&mut page, &webhook, None).await? };
            page.show_again(&view)
        }
    }
}

/// POST …/test
pub async fn test(page: ProjectPage, InPath((_, id)): WebhookPath, _: ButtonForm) -> PageResult {
    let webhook = page.app.usher.webhooks.load_webhook(page.project.id, id).await?;
    let tested = page.app.usher.webhooks.test_webhook(&webhook).await;
    answer(page, &webhook, tested, TESTED).await
}

/// POST …/enable
pub async fn enable(page: ProjectPage, InPath((_, id)): WebhookPath, _: ButtonForm) -> PageResult {
    let change = WebhookChange { disabled: Some(false), ..WebhookChange::default() };
    page.app.usher.webhooks.update_webhook(page.project.id, id, change).await?;
    done(page, id, ENABLED)
}

/// POST …/disable
pub async fn disable(page: ProjectPage, InPath((_, id)): WebhookPath, _: ButtonForm) -> PageResult {
    let change = WebhookChange { disabled: Some(true), ..WebhookChange::default() };
    page.app.usher.webhooks.update_webhook(page.project.id, id, change).await?;
    done(page, id, DISABLED)
}

/// How long the former secret signs beside the new one; a day if absent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RotateWebhookSecretForm {
    /// In seconds.
    overlap: Option<u64>,
}

/// POST …/rotate-secret
pub async fn rotate_secret(
    page: ProjectPage,
    InPath((_, id)): WebhookPath,
    PageForm(form): PageForm<RotateWebhookSecretForm>,
) -> PageResult {
    let overlap = form.overlap.map(Duration::from_secs);
    let rotated = page.app.usher.webhooks.rotate_webhook_secret(page.project.id, id, overlap).await?;
    let here = WebhookUrls::of(&page.project.id, &id).page();
    page.done_with_secret(&here, ROTATED, &rotated.secret)
}

/// GET …/delete
pub async fn confirm_delete(mut page: ProjectPage, InPath((_, id)): WebhookPath) -> PageResult {
    let webhook = page.app.usher.webhooks.load_webhook(page.project.id, id).await?;
    let urls = WebhookUrls::of(&page.project.id, &id);
    let here = urls.delete();
    let head = page.head(&here);
    let view = ConfirmDeletion {
        project: page.project_head(&head, ProjectTab::Webhooks),
        name: webhook.url,
        meaning: head.t("webhook-delete-text"),
        keep_url: urls.page(),
        form: page.form(here),
        page: head,
        ..ConfirmDeletion::default()
    };
    page.show(&view)
}

/// POST …/delete
pub async fn delete(page: ProjectPage, InPath((_, id)): WebhookPath, _: ButtonForm) -> PageResult {
    page.app.usher.webhooks.delete_webhook(page.project.id, id).await?;
    let list = page.urls.webhooks();
    page.done(&list, DELETED)
}

/// POST …/redeliver-failed
pub async fn redeliver_failed(page: ProjectPage, InPath((_, id)): WebhookPath, _: ButtonForm) -> PageResult {
    let webhook = page.app.usher.webhooks.load_webhook(page.project.id, id).await?;
    let sent = page.app.usher.webhooks.redeliver_failed(&webhook, Timestamp(0)).await;
    answer(page, &webhook, sent, ALL_SENT).await
}

/// POST …/deliveries/{message}/redeliver
pub async fn redeliver(
    page: ProjectPage,
    InPath((_, id, message)): InPath<(ProjectId, WebhookId, EventId)>,
    _: ButtonForm,
) -> PageResult {
    let webhook = page.app.usher.webhooks.load_webhook(page.project.id, id).await?;
    let sent = page.app.usher.webhooks.redeliver(&webhook, message).await;
    answer(page, &webhook, sent, SENT).await
}

fn done(page: ProjectPage, id: WebhookId, notice: Notice) -> PageResult {
    let here = WebhookUrls::of(&page.project.id, &id).page();
    page.done(&here, notice)
}

async fn answer<T>(
    mut page: ProjectPage,
    webhook: &Webhook,
    result: Result<T, FlowError>,
    notice: Notice,
) -> PageResult {
    match page.check(result)? {
        Ok(_) => done(page, webhook.id, notice),
        Err(errors) => {
            let view = WebhookPage { errors, ..view(&mut page, webhook, None).await? };
            page.show_again(&view)
        }
    }
}

fn edited(values: &WebhookValues) -> WebhookChange {
    let loaded = LoadedValues::decode(&values.loaded);
    let edited = |name, typed: &String| Some(typed.clone()).filter(|typed| loaded.is_edited(name, typed));
    WebhookChange {
        events: edited("events", &events_text(values.filters())).map(|_| owned(values.filters())),
        url: edited("url", &values.url),
        description: edited("description", &values.description),
        disabled: None,
    }
}

/// The values of the form, with those that it was loaded with.
fn values_of(webhook: &Webhook) -> WebhookValues {
    let filters: BTreeSet<&str> = webhook.filters.iter().map(Filter::as_str).collect();
    let (url, description, events) = (webhook.url.clone(), webhook.description.clone(), events_text(filters.clone()));
    let loaded = LoadedValues::of(&[("url", &url), ("description", &description), ("events", &events)]).encode();
    WebhookValues { url, description, loaded, ..WebhookValues::default() }.with_filters(filters)
}

/// The chosen filters as one text, to compare with those that the form was loaded with.
fn events_text(filters: BTreeSet<&str>) -> String {
    owned(filters).join(" ")
}

fn owned(filters: BTreeSet<&str>) -> Vec<String> {
    filters.into_iter().map(str::to_owned).collect()
}

async fn view(page: &mut ProjectPage, webhook: &Webhook, before: Option<Cursor>) -> Result<WebhookPage, FlowError> {
    let urls = WebhookUrls::of(&page.project.id, &webhook.id);
    let head = page.head(&urls.page());
    let (lang, usher) = (head.lang, &page.app.usher);
    let found = usher.webhooks.list_deliveries(webhook, None, before, SIZE).await?;
    let latest = usher.webhooks.list_deliveries(webhook, None, None, TIMED).await?;
    let former = webhook.signing(usher.core.clock.now()).filter_map(|secret| secret.expires_at).max();
    Ok(WebhookPage {
        project: page.project_head(&head, ProjectTab::Webhooks),
        form: page.form(urls.page()),
        address: webhook.url.clone(),
        values: values_of(webhook),
        off: webhook.disabled_why.map(|why| lang.text(why_key(why))),
        failing_since: webhook.failing_since.map(|at| head.date(at.0)),
        former_until: former.map(|at| head.date(at.0)),
        latency: LatencyChart::new(&head, &timed(&head, &latest.items)),
        any_failed: found.items.iter().any(|one| one.status == DeliveryStatus::Failed),
        deliveries: found.items.into_iter().map(|one| delivery(&head, webhook, one)).collect(),
        more_url: found.next.map(|next| urls::with(&urls.page(), "before", &next.encode())),
        page: head,
        urls,
        ..WebhookPage::default()
    })
}

fn delivery(page: &Layout, webhook: &Webhook, delivery: WebhookDelivery) -> DeliveryItem {
    let waits = delivery.status == DeliveryStatus::Waiting;
    DeliveryItem {
        redeliver_url: DeliveryUrls::of(&webhook.project_id, &webhook.id, &delivery.message_id).redeliver(),
        kind: delivery.kind,
        status: delivery.status.as_str().to_owned(),
        created: page.ago(delivery.created_at.0),
        next: (waits && !delivery.attempts.is_empty()).then(|| page.date(delivery.send_after.0)),
        attempts: delivery.attempts.into_iter().map(|one| attempt(page, one)).collect(),
        body: pretty(&delivery.body),
    }
}

/// The last attempts of these deliveries, oldest first.
fn timed(page: &Layout, deliveries: &[WebhookDelivery]) -> Vec<TimedAttempt> {
    let attempts = deliveries.iter().flat_map(|delivery| delivery.attempts.iter().map(move |one| (delivery, one)));
    let mut attempts: Vec<TimedAttempt> = attempts
        .map(|(delivery, one)| TimedAttempt {
            at: one.at.0,
            kind: delivery.kind.clone(),
            ms: i64::try_from(one.ms).unwrap_or(i64::MAX),
            failed: one.error.is_some() || one.status.is_none_or(|status| !(200..300).contains(&status)),
            result: result(page, one),
        })
        .collect();
    attempts.sort_by_key(|attempt| attempt.at);
    let extra = attempts.len().saturating_sub(BARS);
    attempts.split_off(extra)
}

fn attempt(page: &Layout, attempt: DeliveryAttempt) -> AttemptItem {
    let what = result(page, &attempt);
    AttemptItem { at: page.ago(attempt.at.0), what, answer: attempt.answer.filter(|text| !text.is_empty()) }
}

/// How an attempt ended, in words.
fn result(page: &Layout, attempt: &DeliveryAttempt) -> String {
    let lang = page.lang;
    let ms = attempt.ms.to_string();
    let status = attempt.status.map(|status| status.to_string());
    match (&attempt.error, &status) {
        (Some(error), _) => {
            lang.text_with("attempt-failed", &[("error", error.as_str().into()), ("ms", ms.as_str().into())])
        }
        (None, status) => {
            let status = status.as_deref().unwrap_or_default();
            lang.text_with("attempt-answered", &[("status", status.into()), ("ms", ms.as_str().into())])
        }
    }
}
