//! The matrix of roles and permissions, the routes and the conditions.

use askama::Template;

use usher_domain::urls::RulesUrls;
use usher_page_kit::views::{FieldErrors, Form, Layout, Moment, ProjectHead};

/// The access rules of a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/rules/rules.html")]
pub struct RulesPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Field `draft`: discards the draft.
    pub form: Form,
    pub urls: RulesUrls,
    /// The published revision.
    pub published: Option<PublicationItem>,
    pub draft: DraftState,
    pub matrix: MatrixView,
    pub routes: Vec<RouteItem>,
    pub conditions: Vec<ConditionItem>,
    /// How many modules apply which revision, one sentence for each.
    pub modules: Vec<String>,
    /// The page of the modules.
    pub modules_url: String,
    /// The guide.
    pub guide_url: String,
    /// Success message.
    pub notice: Option<String>,
    pub errors: FieldErrors,
}

impl RulesPage {
    /// Whether there are no rules at all.
    pub fn is_empty(&self) -> bool {
        self.matrix.roles.is_empty() && self.matrix.groups.is_empty() && self.routes.is_empty()
    }
}

/// A publication.
#[derive(Clone, Debug, Default)]
pub struct PublicationItem {
    /// Its number.
    pub revision: String,
    pub note: String,
    /// Who published it.
    pub by: String,
    pub at: Moment,
    /// Its page.
    pub url: String,
    /// Whether it is the published one.
    pub current: bool,
}

/// How the draft stands to the published rules.
#[derive(Clone, Debug, Default)]
pub struct DraftState {
    /// Field `draft`: the version of the draft that was seen.
    pub tag: String,
    /// The number of parts that differ from the published rules.
    pub changes: u32,
    /// When it was saved.
    pub saved: Option<Moment>,
    /// The number of faults that prevent publishing.
    pub faults: u32,
}

/// A part of the matrix: the rows are permissions, the columns are roles.
#[derive(Clone, Debug, Default)]
pub struct MatrixView {
    pub roles: Vec<RoleColumn>,
    pub groups: Vec<MatrixGroup>,
    /// The part with the roles before these, and after them.
    pub fewer_roles_url: Option<String>,
    pub more_roles_url: Option<String>,
    /// The part with the entity types before these, and after them.
    pub fewer_entities_url: Option<String>,
    pub more_entities_url: Option<String>,
}

impl MatrixView {
    pub fn is_part(&self) -> bool {
        let urls = [&self.fewer_roles_url, &self.more_roles_url, &self.fewer_entities_url, &self.more_entities_url];
        urls.iter().any(|url| url.is_some())
    }

    /// The number of columns.
    pub fn width(&self) -> usize {
        self.roles.len() + 1
    }
}

/// A role.
#[derive(Clone, Debug, Default)]
pub struct RoleColumn {
    pub name: String,
    pub title: Option<String>,
    /// Changes it.
    pub url: String,
}

/// The permissions of one entity type.
#[derive(Clone, Debug, Default)]
pub struct MatrixGroup {
    /// The entity type; empty for the row of everything.
    pub entity: String,
    /// Changes it.
    pub url: String,
    pub rows: Vec<MatrixRow>,
}

/// A permission, or a wildcard.
#[derive(Clone, Debug, Default)]
pub struct MatrixRow {
    pub permission: String,
    pub cells: Vec<CellView>,
}

/// What a role is granted.
#[derive(Clone, Debug, Default)]
pub struct CellView {
    pub role: String,
    /// `allow`, `deny`, `when` or empty.
    pub kind: &'static str,
    /// The conditions of which one suffices.
    pub conditions: Vec<String>,
    /// Whether another role or a wildcard says so.
    pub inherited: bool,
    /// Changes it.
    pub url: String,
}

impl CellView {
    /// The message key of its meaning.
    pub fn key(&self) -> &'static str {
        match self.kind {
            "allow" => "rules-allowed",
            "deny" => "rules-denied",
            "when" => "rules-conditional",
            _ => "rules-not-allowed",
        }
    }
}

/// A route rule.
#[derive(Clone, Debug, Default)]
pub struct RouteItem {
    pub methods: String,
    pub path: String,
    /// The permission that it needs.
    pub need: Option<String>,
    /// Who may call it, if it needs no permission.
    pub open: String,
    /// What else it requires, in words.
    pub also: Vec<String>,
    /// Changes it.
    pub url: String,
}

/// A condition.
#[derive(Clone, Debug, Default)]
pub struct ConditionItem {
    pub name: String,
    pub words: String,
    /// Changes it.
    pub url: String,
}
