//! What publishing would change, and what was published.

use askama::Template;

use super::matrix::{DraftState, PublicationItem};
use usher_domain::urls::RevisionUrls;
use usher_page_kit::views::{FieldErrors, Form, Layout, ProjectHead};

/// Compares the draft with the published rules, and publishes it.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/rules/publish.html")]
pub struct PublishPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Fields `draft`, `note`.
    pub form: Form,
    pub draft: DraftState,
    /// The number of the next revision.
    pub next: String,
    pub changes: Vec<ChangeItem>,
    /// What each role gains and loses.
    pub effects: Vec<EffectItem>,
    pub lines: Vec<DiffLine>,
    pub faults: Vec<LineFault>,
    pub text_url: String,
    pub note: String,
    pub errors: FieldErrors,
}

impl PublishPage {
    /// What a role gains or loses, in a sentence.
    pub fn effect(&self, effect: &EffectItem) -> String {
        let EffectItem { role, permission, before, after, .. } = effect;
        let values = [("role", role), ("permission", permission), ("before", before), ("after", after)];
        self.page.lang.text_with("rules-effect", &values.map(|(name, value)| (name, value.into())))
    }
}

/// A fault of a document at a line of its text.
#[derive(Clone, Debug, Default)]
pub struct LineFault {
    pub line: usize,
    /// The text of that line.
    pub excerpt: String,
    pub message: String,
    /// Whether it prevents publishing.
    pub is_error: bool,
}

impl LineFault {
    pub fn line_number(&self) -> u32 {
        u32::try_from(self.line).unwrap_or(u32::MAX)
    }
}

/// A part that differs.
#[derive(Clone, Debug, Default)]
pub struct ChangeItem {
    /// The message key of its kind.
    pub part_key: &'static str,
    pub role: Option<String>,
    pub name: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// What a role gains or loses.
#[derive(Clone, Debug, Default)]
pub struct EffectItem {
    pub role: String,
    /// `gains`, `loses` or `shifts`.
    pub kind: &'static str,
    pub permission: String,
    pub before: String,
    pub after: String,
}

impl EffectItem {
    pub fn key(&self) -> &'static str {
        match self.kind {
            "gains" => "rules-gains",
            "loses" => "rules-loses",
            _ => "rules-shifts",
        }
    }
}

/// A line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffLine {
    Same(String),
    Removed(String),
    Added(String),
    /// Lines that are the same and left out.
    Skipped(usize),
}

impl DiffLine {
    pub fn skipped(&self) -> u32 {
        match self {
            Self::Skipped(count) => u32::try_from(*count).unwrap_or(u32::MAX),
            _ => 0,
        }
    }
}

/// The revisions of a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/rules/history.html")]
pub struct RulesHistoryPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Newest first.
    pub revisions: Vec<PublicationItem>,
    /// The next page.
    pub more_url: Option<String>,
    /// Success message.
    pub notice: Option<String>,
}

/// One revision.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/rules/revision.html")]
pub struct RevisionPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    pub history_url: String,
    pub urls: RevisionUrls,
    pub revision: PublicationItem,
    /// What it changed in the revision before.
    pub changes: Vec<ChangeItem>,
    /// The document.
    pub text: String,
}

/// Publishes a revision again.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/rules/roll_back.html")]
pub struct RollBackPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    pub history_url: String,
    /// Fields `current`, `note`.
    pub form: Form,
    /// Keeps what is published.
    pub keep_url: String,
    pub revision: PublicationItem,
    /// The published revision.
    pub current: String,
    pub changes: Vec<ChangeItem>,
    pub lines: Vec<DiffLine>,
    pub note: String,
    pub errors: FieldErrors,
}
