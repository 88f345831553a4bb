//! One webhook and its deliveries: changing, testing, disabling, deleting, and rotating its secret.

use axum::extract::{Path, State};
use axum::response::Response;

use super::project_access::ProjectAccess;
use super::webhooks::{events, values, why_key};
use super::{done, shown};
use crate::loaded::{LOADED, LoadedValues};
use crate::login::of_refused;
use crate::login::sign_in::text;
use crate::views::{AttemptItem, DeliveryItem, ProjectTab, ShownSecret, WebhookPage, WebhookValues};
use usher_domain::event::webhook::filter::Filter;
use usher_domain::event::webhook::{DeliveryAttempt, DeliveryStatus, Webhook, WebhookDelivery};
use usher_domain::id::EventId;
use usher_domain::page::Cursor;
use usher_domain::time::Timestamp;
use usher_domain::urls::{self, ProjectUrls, WebhookUrls};
use usher_flows::webhooks::WebhookChange;
use usher_flows::{FlowError, Rejected};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::Lang;
use usher_protocol::params::Params;

/// Deliveries on one page.
const SIZE: u32 = 20;

/// The words for completed actions, with their messages.
const DONE: [(&str, &str); 8] = [
    ("added", "webhook-added"),
    ("saved", "webhook-saved"),
    ("tested", "webhook-tested"),
    ("rotated", "webhook-rotated"),
    ("disabled", "webhook-disabled"),
    ("enabled", "webhook-enabled"),
    ("sent", "webhook-sent-again"),
    ("all-sent", "webhook-all-sent-again"),
];

/// GET /console/projects/{project}/webhooks/{webhook}; `before` is the start of a further page of deliveries.
pub async fn get(
    State(app): State<App>,
    mut access: ProjectAccess,
    Path((_, id)): Path<(String, String)>,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let webhook = load(&app, &access, &id).await?;
    let before = query.get("before").ok().flatten().and_then(|text| Cursor::decode(text).ok());
    let mut page = view(&app, &mut access, &webhook, before).await?;
    let here = WebhookUrls::of(&access.project.id, &webhook.id).page();
    page.secret = shown::read(&app, &access.visitor, &access.account, &here, &query).await?;
    page.notice = done::words(&query, page.page.lang, &DONE).filter(|_| page.secret != Some(ShownSecret::Before));
    access.show(&page)
}

/// POST: `redeliver` = message, or `do` = `save` (`url`, `description`, `events`), `test`, `rotate-secret`, `disable`,
/// `enable`, `redeliver-failed` or `delete`.
pub async fn post(
    State(app): State<App>,
    mut access: ProjectAccess,
    Path((_, id)): Path<(String, String)>,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    access.visitor.check_form(&form)?;
    let webhook = load(&app, &access, &id).await?;
    let error = match change(&app, &webhook, &form).await {
        Ok(done) => return lead_on(&app, access, &webhook, done),
        Err(error) => error,
    };
    let mut page = view(&app, &mut access, &webhook, None).await?;
    page.errors = done::faults(error, page.page.lang, of_refused)?;
    if text(&form, "do") == "save" {
        page.values = values(&form);
        page.loaded = text(&form, LOADED);
    }
    access.show_again(&page)
}

/// Redirects to the page with the message, and the new secret if there is one.
fn lead_on(
    app: &App,
    access: ProjectAccess,
    webhook: &Webhook,
    (done, secret): (&str, Option<String>),
) -> Result<Response, HttpProblem> {
    let here = WebhookUrls::of(&webhook.project_id, &webhook.id).page();
    match secret {
        Some(secret) => shown::lead_to(app, access.visitor, &access.account, &here, (done, &secret)),
        None if done == "deleted" => Ok(access.done(&ProjectUrls::of(&webhook.project_id).webhooks(), done)),
        None => Ok(access.done(&here, done)),
    }
}

/// Executes the action; returns its word, and the new secret if there is one.
async fn change(app: &App, webhook: &Webhook, form: &Params) -> Result<(&'static str, Option<String>), FlowError> {
    let (usher, project, id) = (&app.usher, webhook.project_id, webhook.id);
    let message = text(form, "redeliver");
    if !message.is_empty() {
        let message: EventId = message.parse().map_err(|_| Rejected::NotFound("delivery"))?;
        usher.webhooks.redeliver(webhook, message).await?;
        return Ok(("sent", None));
    }
    let set = |change| usher.webhooks.update_webhook(project, id, change);
    let done = match text(form, "do").as_str() {
        "save" => {
            set(typed(form)).await?;
            "saved"
        }
        "disable" => {
            set(WebhookChange { disabled: Some(true), ..WebhookChange::default() }).await?;
            "disabled"
        }
        "enable" => {
            set(WebhookChange { disabled: Some(false), ..WebhookChange::default() }).await?;
            "enabled"
        }
        "test" => {
            usher.webhooks.test_webhook(webhook).await?;
            "tested"
        }
        "redeliver-failed" => {
            usher.webhooks.redeliver_failed(webhook, Timestamp(0)).await?;
            "all-sent"
        }
        "rotate-secret" => {
            let rotated = usher.webhooks.rotate_webhook_secret(project, id, None).await?;
            return Ok(("rotated", Some(rotated.secret)));
        }
        "delete" => {
            usher.webhooks.delete_webhook(project, id).await?;
            "deleted"
        }
        _ => return Err(Rejected::NotFound("change").into()),
    };
    Ok((done, None))
}

/// The fields that were edited. The others stay as they are stored.
fn typed(form: &Params) -> WebhookChange {
    let WebhookValues { url, description, events: filters } = values(form);
    let loaded = LoadedValues::sent_with(form);
    let edited = |name, typed: &str| loaded.is_edited(name, typed);
    WebhookChange {
        events: edited("events", &filters).then(|| events(form)),
        url: Some(url).filter(|url| edited("url", url)),
        description: Some(description).filter(|text| edited("description", text)),
        disabled: None,
    }
}

/// The fields of the form with their values.
fn loaded(values: &WebhookValues) -> LoadedValues {
    LoadedValues::of(&[("url", &values.url), ("description", &values.description), ("events", &values.events)])
}

async fn load(app: &App, access: &ProjectAccess, id: &str) -> Result<Webhook, HttpProblem> {
    let id = id.parse().map_err(|_| FlowError::from(Rejected::NotFound("webhook")))?;
    Ok(app.usher.webhooks.load_webhook(access.project.id, id).await?)
}

async fn view(
    app: &App,
    access: &mut ProjectAccess,
    webhook: &Webhook,
    before: Option<Cursor>,
) -> Result<WebhookPage, HttpProblem> {
    let here = WebhookUrls::of(&access.project.id, &webhook.id).page();
    let page = access.page(&here);
    let lang = page.lang;
    let found = app.usher.webhooks.list_deliveries(webhook, None, before, SIZE).await?;
    let now = app.usher.core.clock.now();
    let former = webhook.signing(now).filter_map(|secret| secret.expires_at).max();
    let values = WebhookValues {
        url: webhook.url.clone(),
        description: webhook.description.clone(),
        events: webhook.filters.iter().map(Filter::as_str).collect::<Vec<_>>().join("\n"),
    };
    Ok(WebhookPage {
        project: access.head(&page, ProjectTab::Webhooks),
        form: access.form(&here),
        address: webhook.url.clone(),
        loaded: loaded(&values).encode(),
        values,
        off: webhook.disabled_why.map(|why| lang.text(why_key(why))),
        failing_since: webhook.failing_since.map(|at| lang.date_time(at.0)),
        former_until: former.map(|at| lang.date_time(at.0)),
        any_failed: found.items.iter().any(|one| one.status == DeliveryStatus::Failed),
        deliveries: found.items.into_iter().map(|one| delivery(lang, one)).collect(),
        more_url: found.next.map(|next| urls::with(&here, "before", &next.encode())),
        page,
        ..WebhookPage::default()
    })
}

fn delivery(lang: Lang, delivery: WebhookDelivery) -> DeliveryItem {
    let waits = delivery.status == DeliveryStatus::Waiting;
    DeliveryItem {
        id: delivery.message_id.to_string(),
        kind: delivery.kind,
        status: delivery.status.as_str().to_owned(),
        created: lang.date_time(delivery.created_at.0),
        next: (waits && !delivery.attempts.is_empty()).then(|| lang.date_time(delivery.send_after.0)),
        attempts: delivery.attempts.into_iter().map(|one| attempt(lang, one)).collect(),
        body: delivery.body,
    }
}

fn attempt(lang: Lang, attempt: DeliveryAttempt) -> AttemptItem {
    let ms = attempt.ms.to_string();
    let status = attempt.status.map(|status| status.to_string());
    let what = match (&attempt.error, &status) {
        (Some(error), _) => {
            lang.text_with("attempt-failed", &[("error", error.as_str().into()), ("ms", ms.as_str().into())])
        }
        (None, status) => {
            let status = status.as_deref().unwrap_or_default();
            lang.text_with("attempt-answered", &[("status", status.into()), ("ms", ms.as_str().into())])
        }
    };
    AttemptItem { at: lang.date_time(attempt.at.0), what, answer: attempt.answer.filter(|text| !text.is_empty()) }
}
