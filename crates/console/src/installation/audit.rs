//! The audit log: every event, filtered, page by page; and one event.

use serde::Deserialize;

use super::audit_filter::{self, with_query};
use super::audit_rows;
use crate::views::installation::{AuditPage, EventPage, SavedFilterItem, group_by_day};
use usher_accounts::FlowError;
use usher_domain::id::SavedFilterId;
use usher_domain::page::Cursor;
use usher_domain::urls::{self, SavedFilterUrls};
use usher_page_kit::kit::{AdminPage, ButtonForm, InPath, Notice, PageForm, PageKit as _, PageResult};
use usher_page_kit::views::Layout;
use usher_protocol::params::Params;
use usher_storage::events::log::Search;

const SAVED: Notice = Notice::new("saved", "audit-saved-notice");
const REMOVED: Notice = Notice::new("removed", "audit-removed-notice");
/// Events on a page.
const SIZE: u32 = 50;

/// GET /console/audit
pub async fn get(mut page: AdminPage) -> PageResult {
    let values = audit_filter::read(&page.query);
    let query = audit_filter::query(&values);
    let head = page.head(&with_query(urls::AUDIT, &query));
    let found = audit_filter::search(&page.app.usher, &values, head.lang).await?;
    let view = AuditPage {
        form: page.form(urls::AUDIT_FILTERS),
        notice: page.notice(&[SAVED, REMOVED]),
        projects: page.projects.iter().map(|project| (project.id.to_string(), project.name.clone())).collect(),
        saved: saved(&page, &query).await?,
        csv_url: with_query(urls::AUDIT_CSV, &query),
        json_lines_url: with_query(urls::AUDIT_JSON_LINES, &query),
        page: head,
        values,
        query,
        ..AuditPage::default()
    };
    match found {
        Ok(search) => {
            let view = with_events(&page, search, view).await?;
            page.show(&view)
        }
        Err(errors) => page.show_again(&AuditPage { errors, ..view }),
    }
}

/// The page with the events of a search.
async fn with_events(page: &AdminPage, search: Search, view: AuditPage) -> Result<AuditPage, FlowError> {
    let before = page.param("before").and_then(|text| Cursor::decode(text).ok());
    let usher = &page.app.usher;
    let found = usher.users.search_log(&Search { before, ..search }, SIZE).await?;
    let names = usher.installation.names_in(found.items.iter()).await?;
    let rows = found.items.iter().map(|event| audit_rows::row(&view.page, event, &names)).collect();
    let here = with_query(urls::AUDIT, &view.query);
    Ok(AuditPage {
        days: group_by_day(rows),
        newest_url: before.map(|_| here.clone()),
        older_url: found.next.map(|cursor| urls::with(&here, "before", &cursor.encode())),
        ..view
    })
}

async fn saved(page: &AdminPage, query: &str) -> Result<Vec<SavedFilterItem>, FlowError> {
    let saved = page.app.usher.installation.saved_filters(page.account.user.id).await?;
    let item = |filter: usher_domain::user::saved_filter::SavedFilter| SavedFilterItem {
        current: filter.query == query,
        url: with_query(urls::AUDIT, &filter.query),
        delete_url: SavedFilterUrls::of(&filter.id).delete(),
        name: filter.name,
    };
    Ok(saved.into_iter().map(item).collect())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SaveFilterForm {
    name: String,
    query: String,
}

/// POST /console/audit/filters saves the filters of a query by name.
pub async fn save(page: AdminPage, PageForm(form): PageForm<SaveFilterForm>) -> PageResult {
    let query = Params::decode(form.query.as_bytes()).unwrap_or_default();
    let query = audit_filter::query(&audit_filter::read(&query));
    page.app.usher.installation.save_filter(page.account.user.id, &form.name, &query).await?;
    page.done(&with_query(urls::AUDIT, &query), SAVED)
}

/// POST /console/audit/filters/{filter}/delete
pub async fn delete(page: AdminPage, InPath(filter): InPath<SavedFilterId>, _: ButtonForm) -> PageResult {
    page.app.usher.installation.delete_filter(page.account.user.id, filter).await?;
    page.done(urls::AUDIT, REMOVED)
}

/// GET /console/audit/events/{event}
pub async fn event(page: AdminPage, InPath(id): InPath<String>) -> PageResult {
    let usher = &page.app.usher;
    let event = usher.installation.find_event(&id).await?;
    let names = usher.installation.names_in(std::iter::once(&event)).await?;
    let head: Layout = page.head(urls::AUDIT);
    let row = audit_rows::row(&head, &event, &names);
    let sub = match event.user_id {
        Some(user) => usher.installation.sub_of(user).await?,
        None => None,
    };
    let trace = event.trace_id.map(|id| id.simple().to_string());
    let address = event.source.as_deref().and_then(|source| source.split('/').next());
    let view = EventPage {
        id: event.id.to_string(),
        at: head.date(event.at.0),
        session: event.session_id.map(|id| id.to_string()),
        client: event.client_id.as_ref().map(|id| id.0.clone()),
        grant: event.grant_id.map(|id| id.to_string()),
        raw: serde_json::to_string_pretty(&audit_rows::as_json(&event)).unwrap_or_default(),
        person_url: sub.map(|sub| urls::with(urls::AUDIT, "who", &sub)),
        request_url: trace.as_deref().map(|trace| urls::with(urls::AUDIT, "trace", trace)),
        address_url: address.map(|address| urls::with(urls::AUDIT, "address", address)),
        trace,
        row,
        page: head,
    };
    page.show(&view)
}
