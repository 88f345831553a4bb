//! The history of a project's users.

use askama::Template;

use usher_page_kit::views::{FieldErrors, Form, Layout, Moment, ProjectHead};

/// The form that opens the history, and a page of it.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/project_history.html")]
pub struct ProjectHistoryPage {
    /// The layout.
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Fields `current_token`, `sub`, `kind`, `cursor`.
    pub form: Form,
    /// The submitted filters.
    pub values: ProjectHistoryValues,
    /// Whether a page was read.
    pub is_read: bool,
    /// The entries, newest first.
    pub entries: Vec<HistoryEntryItem>,
    /// The cursor of older entries.
    pub next: Option<String>,
    /// Validation errors.
    pub errors: FieldErrors,
}

/// The filters.
#[derive(Clone, Debug, Default)]
pub struct ProjectHistoryValues {
    /// The `sub` of a user.
    pub sub: String,
    /// The kind of event.
    pub kind: String,
}

/// An entry.
#[derive(Clone, Debug, Default)]
pub struct HistoryEntryItem {
    pub at: Moment,
    pub kind: String,
    pub sub: Option<String>,
    pub client_id: Option<String>,
    /// The whole entry, as JSON.
    pub data: String,
}

impl ProjectHistoryPage {
    /// How many entries the page has.
    fn count(&self) -> String {
        self.page.tn("history-entries", u32::try_from(self.entries.len()).unwrap_or(u32::MAX))
    }
}
