use serde::{Serialize, Serializer};
use usher_policy::condition::Condition;
use usher_policy::evaluate::{EvaluationRequest, Truth, Verdict, evaluate, holds};
use usher_policy::leaf::{Leaf, LeafTest, Literal, Operand, Operator, PathRoot};
use usher_policy::table::{PermissionRule, Table};
use usher_policy::value::{AttributeValue, Attributes, Type};

use super::attributes::attributes_of;
use super::predicate::Predicate;

/// The resources for which a permission holds, once everything but the resource is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    All,
    None,
    /// Paths are those of the resource.
    When(Condition),
}

impl Filter {
    /// The filter of a permission for which nothing holds.
    pub(crate) const NOTHING: Self = Self(Kind::None);

    /// The filter of a permission. The resource of the question is not looked at.
    pub(crate) fn of(table: &Table, question: &EvaluationRequest<'_>) -> Self {
        let open = EvaluationRequest { resource: None, ..*question };
        match evaluate(table, &open) {
            Verdict::Allow => Self(Kind::All),
            Verdict::Deny => Self(Kind::None),
            Verdict::Conditional => {
                let rules = open.roles.iter().filter_map(|role| table.roles.get(role)?.get(open.permission));
                let names = rules.flat_map(|rule| match rule {
                    PermissionRule::When(names) => names.as_slice(),
                    PermissionRule::Allow | PermissionRule::Deny => &[],
                });
                let conditions = names.filter_map(|name| table.conditions.get(name));
                let parts: Vec<_> = conditions.filter_map(|condition| Residue::of(condition, &open).open()).collect();
                // No part is left where no type of attribute can be compared so.
                Self(if parts.is_empty() { Kind::None } else { Kind::When(joined(Condition::Any, parts)) })
            }
        }
    }

    /// Whether the permission holds for every resource.
    pub fn is_all(&self) -> bool {
        self.0 == Kind::All
    }

    /// Whether the permission holds for no resource.
    pub fn is_none(&self) -> bool {
        self.0 == Kind::None
    }

    /// Whether the permission holds for a resource.
    pub fn matches(&self, resource: impl Serialize) -> bool {
        match &self.0 {
            Kind::All => true,
            Kind::None => false,
            Kind::When(condition) => {
                let (nothing, resource) = (Attributes::new(), attributes_of(resource).unwrap_or_default());
                let question = EvaluationRequest {
                    roles: &[],
                    permission: "",
                    user: &nothing,
                    context: &nothing,
                    token: &nothing,
                    resource: Some(&resource),
                };
                holds(condition, &question) == Truth::True
            }
        }
    }

    /// The condition on the resource, for a query language; `None` if it is [`Self::is_all`] or [`Self::is_none`].
    pub fn predicate(&self) -> Option<Predicate> {
        match &self.0 {
            Kind::All | Kind::None => None,
            Kind::When(condition) => Some(Predicate::of(condition)),
        }
    }
}

/// `true`, `false`, or the condition as `matches` of `@usher-id/sdk` reads it in a front end.
impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        match self.predicate() {
            Some(predicate) => predicate.json().serialize(writer),
            None => writer.serialize_bool(self.is_all()),
        }
    }
}

/// What is left of a condition once everything but the resource is known.
enum Residue {
    Known(bool),
    Open(Condition),
}

impl Residue {
    fn of(condition: &Condition, question: &EvaluationRequest<'_>) -> Self {
        match condition {
            Condition::All(parts) => Self::of_list(parts, question, false, Condition::All),
            Condition::Any(parts) => Self::of_list(parts, question, true, Condition::Any),
            Condition::Leaf(leaf) => match holds(condition, question) {
                Truth::True => Self::Known(true),
                Truth::False => Self::Known(false),
                Truth::Unknown => {
                    settle(leaf, question).map_or(Self::Known(false), |leaf| Self::Open(Condition::Leaf(leaf)))
                }
            },
        }
    }

    /// `settling` is the value of a part that is the value of the whole list.
    fn of_list(
        parts: &[Condition],
        question: &EvaluationRequest<'_>,
        settling: bool,
        join: fn(Vec<Condition>) -> Condition,
    ) -> Self {
        let mut open = vec![];
        for part in parts {
            match Self::of(part, question) {
                Self::Known(value) if value == settling => return Self::Known(settling),
                Self::Known(_) => {}
                Self::Open(rest) => open.push(rest),
            }
        }
        if open.is_empty() { Self::Known(!settling) } else { Self::Open(joined(join, open)) }
    }

    fn open(self) -> Option<Condition> {
        match self {
            Self::Known(_) => None,
            Self::Open(condition) => Some(condition),
        }
    }
}

/// One condition of several; nested ones of the same kind become one.
fn joined(join: fn(Vec<Condition>) -> Condition, mut parts: Vec<Condition>) -> Condition {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    let outer = join(vec![]);
    let flat = parts.into_iter().flat_map(|part| match (&outer, part) {
        (Condition::All(_), Condition::All(inner)) | (Condition::Any(_), Condition::Any(inner)) => inner,
        (_, other) => vec![other],
    });
    let flat = flat.collect();
    join(flat)
}

/// A leaf with values for all paths but those of the resource; `None` if no type of attribute can be compared so.
fn settle(leaf: &Leaf, question: &EvaluationRequest<'_>) -> Option<Leaf> {
    let LeafTest::Compare { op, left, right } = &leaf.test else { return Some(leaf.clone()) };
    let (left, right) = (operand(left, question)?, operand(right, question)?);
    could_compare(*op, &left, &right).then(|| Leaf { test: LeafTest::Compare { op: *op, left, right }, ..leaf.clone() })
}

fn operand(operand: &Operand, question: &EvaluationRequest<'_>) -> Option<Operand> {
    let Some(path) = operand.path() else { return Some(operand.clone()) };
    let attributes = match path.root {
        PathRoot::Resource => return Some(operand.clone()),
        PathRoot::User => question.user,
        PathRoot::Context => question.context,
        PathRoot::Token => question.token,
    };
    let value = attributes.get(&path.name).and_then(AttributeValue::read)?;
    Some(Operand::Literal(match value {
        AttributeValue::Text(text) => Literal::Text(text.to_owned()),
        AttributeValue::Bool(truth) => Literal::Bool(truth),
        AttributeValue::Int(number) => Literal::Int(number),
        AttributeValue::Texts(texts) => Literal::Texts(texts.into_iter().map(str::to_owned).collect()),
    }))
}

fn could_compare(op: Operator, left: &Operand, right: &Operand) -> bool {
    types(left).iter().any(|left| types(right).iter().any(|right| op.takes(*left, *right)))
}

fn types(operand: &Operand) -> Vec<Type> {
    match operand {
        Operand::Path(_) => vec![Type::String, Type::Bool, Type::Int, Type::Strings],
        Operand::Literal(literal) => vec![literal.kind()],
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules::Rules;
    use super::*;
    use crate::vectors;
    use serde_json::{Value as Json, json};

    /// The filter of a file's permission for a rule of the only role.
    fn filter(file: &Json, rule: &Json) -> Filter {
        let (cell, conditions) =
            if rule.is_object() { (json!("c"), json!({ "c": rule })) } else { (rule.clone(), json!({})) };
        let permission = file["permission"].as_str().unwrap();
        let table = json!({
            "v": 1, "project": "p", "revision": 1, "iat": 0, "default": "deny", "permissions": {}, "routes": [],
            "conditions": conditions, "roles": { "reader": { permission: cell } },
        });
        let rules = Rules::parse(table.to_string().as_bytes()).unwrap();
        let (user, nothing) = (file["user"].as_object().unwrap(), Attributes::new());
        let question = EvaluationRequest {
            roles: &["reader".to_owned()],
            permission,
            user,
            context: &nothing,
            token: &nothing,
            resource: None,
        };
        Filter::of(&rules.table, &question)
    }

    #[test]
    fn filters_are_the_same_in_every_module() {
        let file = vectors::read("filters.json");
        for case in vectors::cases("filters.json") {
            assert_eq!(json!(filter(&file, &case["rule"])), case["filter"], "{}", case["name"]);
        }
    }

    #[test]
    fn a_filter_matches_what_the_rules_allow() {
        let file = vectors::read("filters.json");
        let own = filter(&file, &json!({ "eq": ["resource.owner_id", "user.id"] }));
        assert!(own.matches(json!({ "owner_id": "u1" })));
        assert!(!own.matches(json!({ "owner_id": "u2" })) && !own.matches(()) && !own.matches(json!({})));
        let nested = filter(
            &file,
            &json!({ "any": [
            { "any": [{ "eq": ["resource.a", 1] }, { "all": [{ "eq": ["resource.b", 2] }, { "eq": ["resource.c", 3] }] }] },
            { "present": "resource.d" },
        ] }),
        );
        let Some(Predicate::Any(parts)) = nested.predicate() else { panic!("{nested:?}") };
        assert_eq!(parts.len(), 3, "nested lists of one kind are one list");
        assert!(matches!(parts[1], Predicate::All(_)), "lists of the other kind are kept");
        assert!(filter(&file, &json!("*")).matches(()) && !Filter::NOTHING.matches(json!({ "owner_id": "u1" })));
    }
}
