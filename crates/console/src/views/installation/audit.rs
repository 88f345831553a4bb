//! The audit log, and one event.

use askama::Template;

use super::event_texts::KindGroup;
use usher_page_kit::views::{FieldErrors, Form, Layout, Moment};

/// The audit log.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/audit.html")]
pub struct AuditPage {
    pub page: Layout,
    /// The form of saved filters.
    pub form: Form,
    pub notice: Option<String>,
    pub errors: FieldErrors,
    pub values: AuditFilterValues,
    /// Projects to choose from: id and name.
    pub projects: Vec<(String, String)>,
    pub saved: Vec<SavedFilterItem>,
    /// The query of the present filters, without the place in the list.
    pub query: String,
    /// Events by day, newest first.
    pub days: Vec<(String, Vec<AuditRow>)>,
    pub newest_url: Option<String>,
    pub older_url: Option<String>,
    pub csv_url: String,
    pub json_lines_url: String,
}

/// The filters, as they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilterValues {
    pub who: String,
    pub kind: String,
    pub project: String,
    pub client: String,
    pub address: String,
    pub trace: String,
    pub since: String,
    pub until: String,
}

impl AuditFilterValues {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A saved filter.
#[derive(Clone, Debug, Default)]
pub struct SavedFilterItem {
    pub name: String,
    pub url: String,
    pub delete_url: String,
    pub current: bool,
}

/// A choice of the filter by kind.
#[derive(Clone, Debug, Default)]
pub struct KindOption {
    pub value: &'static str,
    pub label: String,
}

/// An event in a list.
#[derive(Clone, Debug, Default)]
pub struct AuditRow {
    /// The day, as its heading.
    pub day: String,
    pub text: String,
    pub kind: String,
    /// Was something refused, or does it look like an attack?
    pub is_bad: bool,
    /// Who caused it.
    pub by: String,
    /// Whom or what it concerns, if that says more.
    pub about: String,
    pub project: String,
    /// The network.
    pub source: String,
    pub at: Moment,
    /// The time of day.
    pub clock: Moment,
    pub url: String,
}

/// Rows that follow each other on one day.
pub fn group_by_day(rows: Vec<AuditRow>) -> Vec<(String, Vec<AuditRow>)> {
    let mut days: Vec<(String, Vec<AuditRow>)> = Vec::new();
    for row in rows {
        match days.last_mut() {
            Some((day, rows)) if *day == row.day => rows.push(row),
            _ => days.push((row.day.clone(), vec![row])),
        }
    }
    days
}

impl AuditPage {
    /// The kinds to choose from, by group.
    pub fn kinds(&self) -> Vec<(String, Vec<KindOption>)> {
        let group = |group: KindGroup| {
            let name = self.page.t(group.text_key);
            let whole = KindOption { value: group.word, label: self.page.tv("audit-all-of", "group", &name) };
            let kinds = group.kinds().map(|(value, key)| KindOption { value, label: self.page.t(key) });
            (name, std::iter::once(whole).chain(kinds).collect())
        };
        KindGroup::all().map(group).collect()
    }
}

/// One event.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/event.html")]
pub struct EventPage {
    pub page: Layout,
    pub row: AuditRow,
    pub id: String,
    pub at: Moment,
    pub session: Option<String>,
    pub client: Option<String>,
    pub grant: Option<String>,
    pub trace: Option<String>,
    /// The event as JSON.
    pub raw: String,
    /// All events of the same person, request, address.
    pub person_url: Option<String>,
    pub request_url: Option<String>,
    pub address_url: Option<String>,
}
