//! Who has which role.

use askama::Template;
use serde::Deserialize;

use usher_page_kit::views::{FieldErrors, Form, Layout, Moment, ProjectHead, initials, tone};

/// The fields of an assignment, as they are sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AssignmentValues {
    /// Email address, `sub` or client id.
    pub who: String,
    pub role: String,
    /// For one entity only: `Order:42`.
    pub entity: String,
    /// How many days it lasts; empty: for good.
    pub days: String,
}

/// The role assignments of a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/rules/assignments.html")]
pub struct AssignmentsPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// The fields of [`AssignmentValues`]: assigns a role.
    pub form: Form,
    /// Fields `find`, `find_entity`: the roles of one subject.
    pub find_url: String,
    pub here: String,
    pub rules_url: String,
    /// What was searched for, and the entity.
    pub find: String,
    pub find_entity: String,
    /// Whether the list is the result of a search.
    pub searched: bool,
    /// Whether the reader may assign roles.
    pub may_assign: bool,
    pub values: AssignmentValues,
    /// The published roles.
    pub roles: Vec<String>,
    pub assignments: Vec<AssignmentItem>,
    /// The next page.
    pub more_url: Option<String>,
    /// Success message.
    pub notice: Option<String>,
    pub errors: FieldErrors,
}

/// An assignment.
#[derive(Clone, Debug, Default)]
pub struct AssignmentItem {
    /// The email address for administrators, otherwise the id that applications see.
    pub label: String,
    /// Whether it is a client.
    pub is_client: bool,
    pub role: String,
    pub entity: Option<String>,
    pub since: Moment,
    pub until: Option<Moment>,
    pub expired: bool,
    pub remove_url: String,
}

impl AssignmentItem {
    pub fn initials(&self) -> String {
        initials(&self.label)
    }

    pub fn tone(&self) -> usize {
        tone(&self.label)
    }
}
