//! The flight recorder of a client: its last attempts, and the change that mends one.

use std::time::Duration;

use super::attempt_view::attempt_item;
use crate::views::{AttemptEntry, AttemptsPage, ClientHead, ClientTab};
use usher_accounts::{FlowError, Rejected};
use usher_domain::oauth::client::Client;
use usher_domain::page::Cursor;
use usher_domain::urls::{self, AttemptUrls, ProjectClientUrls};
use usher_flows::Right;
use usher_flows::attempts::AttemptFilter;
use usher_page_kit::kit::{ButtonForm, InPath, Notice, PageKit, PageResult, ProjectPage};
use usher_page_kit::views::ProjectTab;

const FIXED: Notice = Notice::new("fixed", "message-attempt-fixed");
const SIZE: u32 = 25;
const DAY: Duration = Duration::from_hours(24);

/// GET /console/projects/{project}/clients/{client}/attempts
pub async fn list(mut page: ProjectPage, InPath((_, id)): InPath<(String, String)>) -> PageResult {
    let client = client_of(&page, &id).await?;
    let failed_only = page.param("outcome") == Some("failed");
    let trace_id = page.param("trace_id").unwrap_or_default().trim().to_ascii_lowercase();
    let filter = AttemptFilter {
        trace_id: Some(trace_id.clone()).filter(|id| !id.is_empty()),
        succeeded: failed_only.then_some(false),
    };
    let after = page.param("cursor").and_then(|cursor| Cursor::decode(cursor).ok());
    let found = page.app.usher.attempts.list_attempts(&client.id, &filter, after, SIZE).await?;
    let (may_fix, mut view) = (page.may(Right::Develop), blank(&mut page, &client).await?);
    let urls = ProjectClientUrls::of(&client.project_id, &client.id);
    view.older_url = found.next.map(|next| older(&urls.attempts(), &next.encode(), failed_only, &trace_id));
    view.attempts =
        found.items.into_iter().map(|attempt| attempt_item(&view.page, &client, attempt, may_fix)).collect();
    // The newest failure is what the reader came for.
    if let Some(failure) = view.attempts.iter_mut().find(|attempt| attempt.failed) {
        failure.open = true;
    }
    number(&mut view.attempts);
    page.show(&AttemptsPage { failed_only, trace_id, ..view })
}

/// GET /console/projects/{project}/clients/{client}/attempts/{attempt}
pub async fn one(mut page: ProjectPage, InPath((_, id, attempt)): InPath<(String, String, String)>) -> PageResult {
    let client = client_of(&page, &id).await?;
    let found = page.app.usher.attempts.load_attempt(&client.id, &attempt).await?;
    let mut view = blank(&mut page, &client).await?;
    let item = attempt_item(&view.page, &client, found, page.may(Right::Develop));
    view.attempts = vec![AttemptEntry { open: true, number: 1, ..item }];
    view.notice = page.notice(&[FIXED]);
    page.show(&AttemptsPage { single: true, ..view })
}

/// POST …/fix
pub async fn fix(
    page: ProjectPage,
    InPath((_, id, attempt)): InPath<(String, String, String)>,
    _: ButtonForm,
) -> PageResult {
    let client = client_of(&page, &id).await?;
    let found = page.app.usher.attempts.load_attempt(&client.id, &attempt).await?;
    page.app.usher.attempt_fixes.fix_attempt(&client, &attempt).await?;
    page.done(&AttemptUrls::of(&client.project_id, &client.id, &found.id).page(), FIXED)
}

/// The client in the URL, if it is one of the project in the URL.
pub(super) async fn client_of(page: &ProjectPage, id: &str) -> Result<Client, FlowError> {
    let client = page.app.usher.clients.load_client(id).await?;
    if client.project_id == page.project.id { Ok(client) } else { Err(Rejected::NotFound("client").into()) }
}

async fn blank(page: &mut ProjectPage, client: &Client) -> Result<AttemptsPage, FlowError> {
    let urls = ProjectClientUrls::of(&client.project_id, &client.id);
    let head = page.head(&urls.attempts());
    let (recorder, kept) = (page.app.usher.attempts.clone(), page.app.usher.core.config.attempts.kept);
    Ok(AttemptsPage {
        form: page.form(urls.attempts()),
        project: page.project_head(&head, ProjectTab::Clients),
        client: ClientHead::of(client, ClientTab::Attempts),
        page: head,
        lost: recorder.lost_attempts().await?,
        recording: recorder.is_on(),
        days: kept.as_secs().div_ceil(DAY.as_secs()),
        ..AttemptsPage::default()
    })
}

fn number(attempts: &mut [AttemptEntry]) {
    for (number, attempt) in (1..).zip(attempts) {
        attempt.number = number;
    }
}

/// The page after a cursor, with the same filters.
fn older(here: &str, cursor: &str, failed_only: bool, trace_id: &str) -> String {
    let mut url = urls::with(here, "cursor", cursor);
    if failed_only {
        url = urls::with(&url, "outcome", "failed");
    }
    if !trace_id.is_empty() {
        url = urls::with(&url, "trace_id", trace_id);
    }
    url
}
