//! The history of a project's users: sealed, so that only the project's newest token opens it.

use serde::Deserialize;

use crate::views::{HistoryEntryItem, ProjectHistoryPage, ProjectHistoryValues};
use usher_accounts::{FormFault, Rejected};
use usher_domain::page::Cursor;
use usher_domain::project::history::HistoryEntry;
use usher_domain::secret::Secret;
use usher_flows::HistorySearch;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::views::{Layout, ProjectTab};

/// Entries of a page.
const SIZE: usize = 100;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct HistoryForm {
    current_token: Option<Secret<String>>,
    sub: String,
    kind: String,
    cursor: Option<String>,
}

/// GET /console/projects/{project}/history
pub async fn get(mut page: ProjectPage) -> PageResult {
    let view = view(&mut page);
    page.show(&view)
}

/// POST opens a page of the history. Nothing is changed, and the token is not kept.
pub async fn read(mut page: ProjectPage, PageForm(form): PageForm<HistoryForm>) -> PageResult {
    let values = ProjectHistoryValues { sub: form.sub.trim().to_owned(), kind: form.kind.trim().to_owned() };
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let search = HistorySearch {
        sub: some(&values.sub),
        kind: some(&values.kind),
        cursor: form.cursor.as_deref().and_then(|cursor| Cursor::decode(cursor).ok()),
        size: SIZE,
    };
    let token = form.current_token.as_ref().map(|token| token.expose().trim()).unwrap_or_default();
    let found = page.app.usher.histories.read_history(&page.project, token, search).await;
    match page.check_with(found, fault)? {
        Ok(found) => {
            let view = view(&mut page);
            let entries = found.entries.into_iter().map(|entry| row(&view.page, entry)).collect();
            let next = found.next.map(Cursor::encode);
            page.show(&ProjectHistoryPage { values, entries, next, is_read: true, ..view })
        }
        Err(errors) => {
            let view = ProjectHistoryPage { values, errors, ..view(&mut page) };
            page.show_again(&view)
        }
    }
}

fn fault(refused: &Rejected) -> Option<FormFault> {
    let refused = matches!(refused, Rejected::ProjectTokenRequired);
    refused.then(|| FormFault::new("current_token", "history-token-wrong"))
}

fn view(page: &mut ProjectPage) -> ProjectHistoryPage {
    let here = page.urls.history();
    let head = page.head(&here);
    ProjectHistoryPage {
        project: page.project_head(&head, ProjectTab::History),
        form: page.form(here),
        page: head,
        ..ProjectHistoryPage::default()
    }
}

fn row(page: &Layout, entry: HistoryEntry) -> HistoryEntryItem {
    let data = serde_json::to_string_pretty(&entry).unwrap_or_default();
    HistoryEntryItem { at: page.date(entry.at), kind: entry.kind, sub: entry.sub, client_id: entry.client_id, data }
}
