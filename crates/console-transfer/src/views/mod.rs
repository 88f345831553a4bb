//! The list of imports, and one of them.

#[cfg(test)]
mod samples;

use askama::Template;

use usher_page_kit::views::{FieldErrors, Form, Layout, Moment};

/// The imports, and the form for a file.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/imports.html")]
pub struct ImportsPage {
    pub page: Layout,
    pub form: Form,
    pub imports: Vec<ImportItem>,
    pub errors: FieldErrors,
}

/// An import in the list.
#[derive(Clone, Debug, Default)]
pub struct ImportItem {
    pub url: String,
    pub name: String,
    pub format_key: &'static str,
    pub status_key: &'static str,
    pub badge: &'static str,
    pub rows: u32,
    pub at: Moment,
}

/// One import.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/import.html")]
pub struct ImportPage {
    pub page: Layout,
    /// The form of the choices, which starts a dry run.
    pub form: Form,
    pub start_url: String,
    pub cancel_url: String,
    pub here: String,
    pub name: String,
    pub format_key: &'static str,
    pub status_key: &'static str,
    pub badge: &'static str,
    pub rows: u32,
    pub is_waiting: bool,
    pub is_checked: bool,
    pub is_over: bool,
    pub progress: Option<ImportProgress>,
    pub columns: Vec<ColumnItem>,
    pub options: ImportOptionsView,
    pub results: Option<ImportResults>,
    /// When the file or the report is deleted.
    pub expires: Moment,
    pub notice: Option<String>,
}

impl ImportPage {
    /// What can be done with people who have an account: word and key of the label.
    pub const fn existing() -> [(&'static str, &'static str); 3] {
        [("skip", "import-existing-skip"), ("update", "import-existing-update"), ("refuse", "import-existing-refuse")]
    }

    /// The switches: name, whether it is on, keys of label and hint.
    pub const fn switches(&self) -> [(&'static str, bool, &'static str, &'static str); 3] {
        [
            ("vouch_for_emails", self.options.vouch_for_emails, "import-vouch", "import-vouch-hint"),
            ("invite", self.options.invite, "import-invite", "import-invite-hint"),
            ("keep_ids", self.options.keep_ids, "import-keep-ids", "import-keep-ids-hint"),
        ]
    }
}

/// How far a run is.
#[derive(Clone, Debug, Default)]
pub struct ImportProgress {
    pub done: u32,
    pub total: u32,
    /// Rows in a second.
    pub rate: u32,
    pub is_dry: bool,
}

/// A column of the file, and what it can mean.
#[derive(Clone, Debug, Default)]
pub struct ColumnItem {
    pub field: String,
    pub name: String,
    pub choices: Vec<TargetChoice>,
}

#[derive(Clone, Debug, Default)]
pub struct TargetChoice {
    pub word: &'static str,
    pub label: String,
    pub selected: bool,
}

/// The choices of an import.
#[derive(Clone, Debug, Default)]
pub struct ImportOptionsView {
    pub existing: &'static str,
    pub vouch_for_emails: bool,
    pub invite: bool,
    pub keep_ids: bool,
}

/// What became of the rows.
#[derive(Clone, Debug, Default)]
pub struct ImportResults {
    pub is_dry: bool,
    pub filters: Vec<ResultFilter>,
    pub rows: Vec<ResultItem>,
    pub more_url: Option<String>,
    pub report_url: String,
    /// Users whom the import would create or change.
    pub will_write: u32,
}

/// A kind of result, and the page with these only.
#[derive(Clone, Debug, Default)]
pub struct ResultFilter {
    pub label_key: &'static str,
    pub count: u32,
    pub url: String,
    pub selected: bool,
}

impl ResultFilter {
    pub fn number(&self) -> i64 {
        self.count.into()
    }
}

/// The result of a row.
#[derive(Clone, Debug, Default)]
pub struct ResultItem {
    pub row: u32,
    pub result_key: &'static str,
    pub badge: &'static str,
    pub reasons: Vec<String>,
}
