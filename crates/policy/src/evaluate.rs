//! Decisions of a table: allow, deny, or conditional on a resource that was not given.
//!
//! The grants of several roles are combined; any denial wins. A leaf with a missing value, or with values of types that
//! cannot be compared, is false and so is its negation. Without a resource, leaves about it are unknown (Kleene's third
//! value).

use serde::Serialize;
use serde_json::Value as Json;

use super::condition::Condition;
use super::leaf::{Leaf, LeafTest, Operand, Path, PathRoot};
use super::table::{PermissionRule, Table};
use super::value::{AttributeValue, Attributes};

/// A request for a decision.
#[derive(Debug, Clone, Copy)]
pub struct EvaluationRequest<'a> {
    /// The roles of the subject.
    pub roles: &'a [String],
    /// The permission: `Order:update`.
    pub permission: &'a str,
    /// The attributes of the subject: `id`, `roles`, and those declared in the document.
    pub user: &'a Attributes,
    /// The attributes of the resource; `None` if it was not loaded.
    pub resource: Option<&'a Attributes>,
    /// The attributes of the request.
    pub context: &'a Attributes,
    /// The claims of the access token.
    pub token: &'a Attributes,
}

/// A decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Allowed.
    Allow,
    /// Denied.
    Deny,
    /// It depends on the resource: ask again with it.
    Conditional,
}

/// The value of a condition. The order is Kleene's: a conjunction is the minimum of its parts, a disjunction the
/// maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Truth {
    /// It is false.
    False,
    /// It depends on the resource.
    Unknown,
    /// It is true.
    True,
}

/// An evaluated rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvaluatedRule {
    /// The role.
    pub role: String,
    /// `allow`, `deny` or `when`.
    pub rule: &'static str,
    /// The condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Its value.
    pub holds: Truth,
}

/// A decision with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyDecision {
    /// The decision.
    pub verdict: Verdict,
    /// Every evaluated rule, in the order of the roles.
    pub reasons: Vec<EvaluatedRule>,
}

/// Decides a request.
pub fn evaluate(table: &Table, question: &EvaluationRequest<'_>) -> Verdict {
    let (mut allowed, mut open) = (false, false);
    for rule in question.roles.iter().filter_map(|role| table.roles.get(role)?.get(question.permission)) {
        match rule {
            PermissionRule::Deny => return Verdict::Deny,
            PermissionRule::Allow => allowed = true,
            PermissionRule::When(_) if allowed => {}
            PermissionRule::When(names) => {
                for condition in names.iter().filter_map(|name| table.conditions.get(name)) {
                    match holds(condition, question) {
                        Truth::True => allowed = true,
                        Truth::Unknown => open = true,
                        Truth::False => {}
                    }
                }
            }
        }
    }
    match (allowed, open) {
        (true, _) => Verdict::Allow,
        (false, true) => Verdict::Conditional,
        (false, false) => Verdict::Deny,
    }
}

/// Decides a request with reasons.
pub fn explain(table: &Table, question: &EvaluationRequest<'_>) -> PolicyDecision {
    let mut reasons = Vec::new();
    for role in question.roles {
        let Some(rule) = table.roles.get(role).and_then(|rules| rules.get(question.permission)) else { continue };
        let reason = |rule, condition, holds| EvaluatedRule { role: role.clone(), rule, condition, holds };
        match rule {
            PermissionRule::Deny => reasons.push(reason("deny", None, Truth::True)),
            PermissionRule::Allow => reasons.push(reason("allow", None, Truth::True)),
            PermissionRule::When(names) => reasons.extend(names.iter().filter_map(|name| {
                let truth = holds(table.conditions.get(name)?, question);
                Some(reason("when", Some(name.clone()), truth))
            })),
        }
    }
    PolicyDecision { verdict: evaluate(table, question), reasons }
}

/// The value of a condition.
pub fn holds(condition: &Condition, question: &EvaluationRequest<'_>) -> Truth {
    match condition {
        Condition::All(parts) => parts.iter().map(|part| holds(part, question)).min().unwrap_or(Truth::True),
        Condition::Any(parts) => parts.iter().map(|part| holds(part, question)).max().unwrap_or(Truth::False),
        Condition::Leaf(leaf) => leaf_holds(leaf, question),
    }
}

/// A comparison of a condition, with the values that it met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluatedLeaf {
    /// The comparison in one line.
    pub text: String,
    pub holds: Truth,
    /// The paths in it; `None` for a value that is missing.
    pub values: Vec<(String, Option<Json>)>,
    /// Whether a value was not asked for, because no resource was given.
    pub needs_resource: bool,
}

/// Every comparison of a condition, in order.
pub fn leaves(condition: &Condition, question: &EvaluationRequest<'_>) -> Vec<EvaluatedLeaf> {
    let of_leaf = |leaf: &Leaf| EvaluatedLeaf {
        text: leaf.to_string(),
        holds: leaf_holds(leaf, question),
        needs_resource: leaf.paths().any(|path| matches!(look(path, question), AttributeLookup::NotShown)),
        values: leaf.paths().map(|path| (path.to_string(), raw(path, question).cloned())).collect(),
    };
    condition.leaves().into_iter().map(of_leaf).collect()
}

/// The result of looking a value up.
enum AttributeLookup<'a> {
    Value(AttributeValue<'a>),
    Missing,
    NotShown,
}

fn leaf_holds(leaf: &Leaf, question: &EvaluationRequest<'_>) -> Truth {
    let known = |truth: bool| if truth { Truth::True } else { Truth::False };
    match &leaf.test {
        LeafTest::Present(path) => match look(path, question) {
            AttributeLookup::NotShown => Truth::Unknown,
            found => known(matches!(found, AttributeLookup::Value(_)) != leaf.negated),
        },
        LeafTest::Compare { op, left, right } => match (side(left, question), side(right, question)) {
            (AttributeLookup::Missing, _) | (_, AttributeLookup::Missing) => Truth::False,
            (AttributeLookup::NotShown, _) | (_, AttributeLookup::NotShown) => Truth::Unknown,
            (AttributeLookup::Value(left), AttributeLookup::Value(right)) => {
                known(op.compare(&left, &right).is_some_and(|truth| truth != leaf.negated))
            }
        },
    }
}

fn side<'a>(operand: &'a Operand, question: &EvaluationRequest<'a>) -> AttributeLookup<'a> {
    match operand {
        Operand::Literal(literal) => AttributeLookup::Value(literal.value()),
        Operand::Path(path) => look(path, question),
    }
}

fn attributes<'a>(root: PathRoot, question: &EvaluationRequest<'a>) -> Option<&'a Attributes> {
    match root {
        PathRoot::User => Some(question.user),
        PathRoot::Context => Some(question.context),
        PathRoot::Token => Some(question.token),
        PathRoot::Resource => question.resource,
    }
}

/// The value at a path that conditions can compare.
fn raw<'a>(path: &Path, question: &EvaluationRequest<'a>) -> Option<&'a Json> {
    attributes(path.root, question)?.get(&path.name).filter(|json| AttributeValue::read(json).is_some())
}

fn look<'a>(path: &Path, question: &EvaluationRequest<'a>) -> AttributeLookup<'a> {
    let Some(attributes) = attributes(path.root, question) else { return AttributeLookup::NotShown };
    let json: Option<&'a Json> = attributes.get(&path.name);
    json.and_then(AttributeValue::read).map_or(AttributeLookup::Missing, AttributeLookup::Value)
}
