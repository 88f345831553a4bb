//! The webhooks of a project: the list, and creating one.

use crate::views::{WebhookListItem, WebhookValues, WebhooksPage};
use usher_accounts::FlowError;
use usher_domain::event::webhook::{DisabledWhy, Webhook};
use usher_domain::urls::WebhookUrls;
use usher_flows::webhooks::NewWebhook;
use usher_i18n::Lang;
use usher_page_kit::kit::{Notice, PageForm, PageKit as _, PageResult, ProjectPage, SecretPage as _};
use usher_page_kit::views::ProjectTab;

/// Shown by the page of a new webhook.
pub(super) const ADDED: Notice = Notice::new("added", "webhook-added");
pub(super) const DELETED: Notice = Notice::new("deleted", "webhook-deleted");

/// GET /console/projects/{project}/webhooks
pub async fn get(mut page: ProjectPage) -> PageResult {
    let view = WebhooksPage { notice: page.notice(&[DELETED]), ..view(&mut page).await? };
    page.show(&view)
}

/// POST
pub async fn create(mut page: ProjectPage, PageForm(values): PageForm<WebhookValues>) -> PageResult {
    let made = page.app.usher.webhooks.create_webhook(page.project.id, new_webhook(&values)).await;
    match page.check(made)? {
        Ok(made) => {
            let there = WebhookUrls::of(&page.project.id, &made.webhook.id).page();
            page.done_with_secret(&there, ADDED, &made.secret)
        }
        Err(errors) => {
            let view = WebhooksPage { values, errors, ..view(&mut page).await? };
            page.show_again(&view)
        }
    }
}

fn new_webhook(values: &WebhookValues) -> NewWebhook {
    let WebhookValues { url, description, .. } = values.clone();
    NewWebhook { url, description, events: values.filters().into_iter().map(str::to_owned).collect() }
}

/// The message key for the reason of a disabled webhook.
pub(super) const fn why_key(why: DisabledWhy) -> &'static str {
    match why {
        DisabledWhy::Owner => "webhook-off-owner",
        DisabledWhy::Gone => "webhook-off-gone",
        DisabledWhy::Failing => "webhook-off-failing",
    }
}

async fn view(page: &mut ProjectPage) -> Result<WebhooksPage, FlowError> {
    let here = page.urls.webhooks();
    let head = page.head(&here);
    let webhooks = page.app.usher.webhooks.list_webhooks(page.project.id).await?;
    Ok(WebhooksPage {
        project: page.project_head(&head, ProjectTab::Webhooks),
        form: page.form(here),
        webhooks: webhooks.into_iter().map(|webhook| row(head.lang, webhook)).collect(),
        values: WebhookValues::default().with_filters(["*"]),
        page: head,
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
