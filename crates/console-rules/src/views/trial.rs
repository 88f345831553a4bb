//! A request that is tried.

use askama::Template;
use serde::Deserialize;

use usher_page_kit::views::{FieldErrors, Form, Layout, ProjectHead};

/// The fields of a trial, as they are sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TrialValues {
    /// `draft` or `published`.
    pub version: String,
    /// Email address, `sub` or client id.
    pub who: String,
    pub permission: String,
    /// The id of the entity, for roles that apply to one entity only.
    pub entity_id: String,
    pub method: String,
    /// A path: the permission is then that of its route.
    pub path: String,
    /// One a line: `resource.total = 250`.
    pub attributes: String,
}

/// Tries a request.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/rules/try.html")]
pub struct TrialPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// The fields of [`TrialValues`].
    pub form: Form,
    pub values: TrialValues,
    /// Whether there is a draft besides the published rules.
    pub has_draft: bool,
    /// The published revision.
    pub revision: Option<String>,
    pub permissions: Vec<String>,
    pub methods: Vec<&'static str>,
    /// The attributes that conditions use, with their types.
    pub known: Vec<String>,
    pub result: Option<TrialResult>,
    pub errors: FieldErrors,
}

/// The answer.
#[derive(Clone, Debug, Default)]
pub struct TrialResult {
    /// `allow`, `deny` or `conditional`.
    pub verdict: &'static str,
    /// Whom it was tried as.
    pub person: String,
    pub roles: Vec<String>,
    /// What leads to the permission, in sentences.
    pub route: Vec<String>,
    pub reasons: Vec<ReasonItem>,
}

impl TrialResult {
    /// The message key of the answer.
    pub fn key(&self) -> &'static str {
        match self.verdict {
            "allow" => "rules-try-allowed",
            "conditional" => "rules-try-conditional",
            _ => "rules-try-denied",
        }
    }
}

/// Why.
#[derive(Clone, Debug, Default)]
pub struct ReasonItem {
    /// Whether it speaks for (`good`), against (`bad`) or for neither (empty).
    pub tone: &'static str,
    pub text: String,
    /// The comparisons of its condition, in words.
    pub comparisons: Vec<String>,
}
