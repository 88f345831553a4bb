//! The parts of the draft, each with its form, and the draft as text.

use askama::Template;
use serde::Deserialize;

use super::publish::{DiffLine, LineFault};
use usher_page_kit::views::{FieldErrors, Form, Layout, ProjectHead};

/// The draft as text.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/rules/text.html")]
pub struct RulesTextPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Fields `draft`, `document`.
    pub form: Form,
    /// As [`Self::form`], with the field `over`: the version that may be overwritten.
    pub overwrite_url: String,
    /// The version of the draft that was seen.
    pub draft: String,
    pub document: String,
    pub faults: Vec<LineFault>,
    /// The draft changed meanwhile: its version, and what the text would change in it.
    pub newer: Option<(String, Vec<DiffLine>)>,
    pub rules_url: String,
    pub guide_url: String,
    /// Success message.
    pub notice: Option<String>,
    pub errors: FieldErrors,
}

/// What a role is granted at one place of the matrix.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/rules/cell.html")]
pub struct CellPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Fields `draft`, `role`, `permission`, `grant`, and `when-…` for each condition.
    pub form: Form,
    pub draft: String,
    pub role: String,
    pub permission: String,
    /// `allow`, `deny`, `when` or empty.
    pub grant: String,
    /// The conditions: name, words, whether it is chosen.
    pub conditions: Vec<(String, String, bool)>,
    /// What applies in the end, if others say something as well.
    pub effective: Option<String>,
    pub new_condition_url: String,
    pub rules_url: String,
    pub errors: FieldErrors,
}

impl CellPage {
    /// The grants: `(value, name, explanation)`.
    pub fn choices(&self) -> [(&'static str, String, String); 4] {
        [
            ("", "rules-choose-nothing", "rules-choose-nothing-text"),
            ("allow", "rules-choose-allow", "rules-choose-allow-text"),
            ("when", "rules-choose-when", "rules-choose-when-text"),
            ("deny", "rules-choose-deny", "rules-choose-deny-text"),
        ]
        .map(|(value, name, text)| (value, self.page.t(name), self.page.t(text)))
    }
}

/// The fields of a role, as they are sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RoleValues {
    pub draft: String,
    /// The name of the role that is changed; empty for a new one.
    pub known: String,
    pub name: String,
    pub title: String,
    /// Separated by spaces.
    pub inherits: String,
}

/// A role.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/rules/role.html")]
pub struct RolePage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// The fields of [`RoleValues`].
    pub form: Form,
    /// Removes it.
    pub remove_url: String,
    pub values: RoleValues,
    /// The other roles.
    pub others: Vec<String>,
    pub rules_url: String,
    pub errors: FieldErrors,
}

/// The fields of an entity type, as they are sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EntityValues {
    pub draft: String,
    /// The name of the entity type that is changed; empty for a new one.
    pub known: String,
    pub name: String,
    /// One a line: `list collection`, `read item`.
    pub actions: String,
    /// One a line: `owner_id string`.
    pub attributes: String,
}

/// An entity type.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/rules/entity.html")]
pub struct EntityPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// The fields of [`EntityValues`].
    pub form: Form,
    /// Removes it.
    pub remove_url: String,
    pub values: EntityValues,
    pub rules_url: String,
    pub errors: FieldErrors,
}

/// The fields of a condition, as they are sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConditionValues {
    pub draft: String,
    /// The name of the condition that is changed; empty for a new one.
    pub known: String,
    pub name: String,
    /// `all` or `any`.
    pub joint: String,
    pub left_1: String,
    pub operator_1: String,
    pub right_1: String,
    pub left_2: String,
    pub operator_2: String,
    pub right_2: String,
    pub left_3: String,
    pub operator_3: String,
    pub right_3: String,
    /// `rows` or `text`.
    pub form: String,
    /// The condition as JSON.
    pub text: String,
}

/// A comparison of a condition.
#[derive(Clone, Debug, Default)]
pub struct ConditionRow {
    pub number: usize,
    pub left: String,
    pub operator: String,
    pub right: String,
}

impl ConditionValues {
    /// The comparisons of the form.
    pub fn rows(&self) -> [ConditionRow; 3] {
        let rows = [
            (&self.left_1, &self.operator_1, &self.right_1),
            (&self.left_2, &self.operator_2, &self.right_2),
            (&self.left_3, &self.operator_3, &self.right_3),
        ];
        let mut number = 0;
        rows.map(|(left, operator, right)| {
            number += 1;
            ConditionRow { number, left: left.clone(), operator: operator.clone(), right: right.clone() }
        })
    }
}

/// A condition.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/rules/condition.html")]
pub struct ConditionPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// The fields of [`ConditionValues`].
    pub form: Form,
    /// Removes it.
    pub remove_url: String,
    pub values: ConditionValues,
    /// The attributes to choose from.
    pub paths: Vec<String>,
    pub rules_url: String,
    pub errors: FieldErrors,
}

/// The operators of comparisons and their signs.
const OPERATORS: [(&str, &str); 10] = [
    ("eq", "="),
    ("ne", "!="),
    ("gt", ">"),
    ("gte", ">="),
    ("lt", "<"),
    ("lte", "<="),
    ("in", "in"),
    ("contains", "contains"),
    ("present", "is present"),
    ("missing", "is missing"),
];

impl ConditionRow {
    /// The operators: `(value, sign, chosen)`.
    pub fn operators(&self) -> [(&'static str, &'static str, bool); 10] {
        OPERATORS.map(|(value, sign)| (value, sign, value == self.operator))
    }

    /// The field of the attribute.
    pub const fn left_field(&self) -> &'static str {
        match self.number {
            1 => "left_1",
            2 => "left_2",
            _ => "left_3",
        }
    }
}

/// The fields of a route rule, as they are sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RouteValues {
    pub draft: String,
    /// The place of the rule that is changed; empty for a new one.
    pub known: String,
    /// Separated by spaces.
    pub methods: String,
    pub path: String,
    /// `need`, `auth` or `public`.
    pub open: String,
    pub need: String,
    pub acr: String,
    pub max_age: String,
    /// Separated by spaces.
    pub scopes: String,
    /// `true` or empty.
    pub fresh: String,
}

/// A route rule.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/rules/route.html")]
pub struct RoutePage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// The fields of [`RouteValues`].
    pub form: Form,
    /// Removes it.
    pub remove_url: String,
    pub values: RouteValues,
    pub permissions: Vec<String>,
    pub rules_url: String,
    pub errors: FieldErrors,
}
