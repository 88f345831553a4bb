//! The webhooks of a project: the list, and creating one.

use axum::extract::State;
use axum::response::Response;

use super::project_access::ProjectAccess;
use super::{done, shown};
use crate::login::of_refused;
use crate::login::sign_in::text;
use crate::views::{ProjectTab, WebhookListItem, WebhookValues, WebhooksPage};
use usher_domain::event::EventCatalogue;
use usher_domain::event::webhook::{DisabledWhy, Webhook};
use usher_domain::urls::{ProjectUrls, WebhookUrls};
use usher_flows::webhooks::NewWebhook;
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::Lang;
use usher_protocol::params::Params;

/// GET /console/projects/{project}/webhooks
pub async fn get(
    State(app): State<App>,
    mut access: ProjectAccess,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let mut page = view(&app, &mut access).await?;
    page.notice = done::words(&query, page.page.lang, &[("deleted", "webhook-deleted")]);
    access.show(&page)
}

/// POST creates a webhook: `url`, `description`, `events`.
pub async fn post(
    State(app): State<App>,
    mut access: ProjectAccess,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    access.visitor.check_form(&form)?;
    let made = match app.usher.webhooks.create_webhook(access.project.id, typed(&form)).await {
        Ok(made) => made,
        Err(error) => {
            let mut page = view(&app, &mut access).await?;
            page.errors = done::faults(error, page.page.lang, of_refused)?;
            page.values = values(&form);
            return access.show_again(&page);
        }
    };
    let here = WebhookUrls::of(&access.project.id, &made.webhook.id).page();
    shown::lead_to(&app, access.visitor, &access.account, &here, ("added", &made.secret))
}

fn typed(form: &Params) -> NewWebhook {
    let WebhookValues { url, description, .. } = values(form);
    NewWebhook { url, description, events: events(form) }
}

/// The submitted values, unchanged.
pub(super) fn values(form: &Params) -> WebhookValues {
    WebhookValues { url: text(form, "url"), description: text(form, "description"), events: text(form, "events") }
}

/// The submitted filters, separated by white space.
pub(super) fn events(form: &Params) -> Vec<String> {
    text(form, "events")
        .split([' ', ',', '\n', '\r', '\t'])
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The message key for the reason of a disabled webhook.
pub(super) const fn why_key(why: DisabledWhy) -> &'static str {
    match why {
        DisabledWhy::Owner => "webhook-off-owner",
        DisabledWhy::Gone => "webhook-off-gone",
        DisabledWhy::Failing => "webhook-off-failing",
    }
}

async fn view(app: &App, access: &mut ProjectAccess) -> Result<WebhooksPage, HttpProblem> {
    let here = ProjectUrls::of(&access.project.id).webhooks();
    let page = access.page(&here);
    let webhooks = app.usher.webhooks.list_webhooks(access.project.id).await?;
    Ok(WebhooksPage {
        project: access.head(&page, ProjectTab::Webhooks),
        form: access.form(&here),
        webhooks: webhooks.into_iter().map(|webhook| row(page.lang, webhook)).collect(),
        kinds: EventCatalogue::STANDARD.messages().map(|(_, message)| message.name.to_owned()).collect(),
        values: WebhookValues { events: "*".into(), ..WebhookValues::default() },
        page,
        ..WebhooksPage::default()
    })
}

fn row(lang: Lang, webhook: Webhook) -> WebhookListItem {
    WebhookListItem {
        url: WebhookUrls::of(&webhook.project_id, &webhook.id).page(),
        address: webhook.url,
        description: webhook.description,
        events: webhook.filters.into_iter().map(String::from).collect::<Vec<_>>().join(", "),
        failing: webhook.failing_since.is_some(),
        off: webhook.disabled_why.map(|why| lang.text(why_key(why))),
    }
}
