//! Checks of conditions: syntax, and whether they are used where they can be true.

use std::collections::BTreeSet;

use super::super::compile::reaches;
use super::super::condition::Condition;
use super::super::document::PolicyDocument;
use super::super::fault::{DocumentFault, pointer};
use super::super::leaf::{Leaf, LeafTest, Operand, Operator, PathRoot};
use super::super::names;
use super::super::value::Type;
use super::Conditions;

/// Maximum number of pairs of a condition and an entity type that it is used for: each is type-checked separately.
const MOST_USES: usize = 2_000;

/// Reads every condition.
pub fn check(document: &PolicyDocument, faults: &mut Vec<DocumentFault>) -> Conditions {
    let mut read = Conditions::new();
    for (name, json) in &document.conditions {
        let at = pointer(["conditions", name]);
        if !names::is_condition(name) {
            faults.push(DocumentFault::error(
                &at,
                "a condition is named like `same_team`, and neither `allow` nor `deny`",
            ));
        }
        match Condition::parse(json) {
            Ok(condition) => drop(read.insert(name.clone(), condition)),
            Err(inner) => {
                faults.extend(inner.into_iter().map(|f| DocumentFault { pointer: format!("{at}{}", f.pointer), ..f }));
            }
        }
    }
    read
}

/// Every condition with every entity type that a role uses it for, and an action of that type.
pub fn uses(document: &PolicyDocument) -> BTreeSet<(&str, &str)> {
    let mut found = BTreeSet::new();
    let grants = document.roles.values().flat_map(|role| &role.grants);
    for (key, cell) in grants.filter(|(_, cell)| !cell.is_allow() && !cell.is_deny()) {
        let entities = document.entities.keys().filter(|entity| {
            key.split_once(':').map_or(key == "*", |(named, _)| named == entity.as_str())
                && (!key.ends_with('*') || reaches(key, &format!("{entity}:")))
        });
        for entity in entities {
            found.extend(cell.words().iter().map(|word| (word.as_str(), entity.as_str())));
        }
    }
    found
}

/// Checks that Cedar does not make: lists compared as a whole, and unused conditions.
pub fn check_uses(document: &PolicyDocument, read: &Conditions, faults: &mut Vec<DocumentFault>) {
    let uses = uses(document);
    if uses.len() > MOST_USES {
        let why = format!("conditions are used for {} entity types in all, which is more than {MOST_USES}", uses.len());
        faults.push(DocumentFault::error("/roles", why));
    }
    let used: BTreeSet<&str> = uses.iter().map(|(condition, _)| *condition).collect();
    for name in document.conditions.keys().filter(|name| !used.contains(name.as_str())) {
        faults.push(DocumentFault::warning(pointer(["conditions", name]), "no role uses this condition"));
    }
    for (name, entity) in uses {
        let leaves = read.get(name).map(Condition::leaves).unwrap_or_default();
        for leaf in leaves.into_iter().filter(|leaf| compares_lists(document, entity, leaf)) {
            let at = format!("{}{}", pointer(["conditions", name]), leaf.pointer);
            if !faults.iter().any(|fault| fault.pointer == at) {
                faults
                    .push(DocumentFault::error(at, "lists are not compared: ask with `in` or `contains` for one text"));
            }
        }
    }
}

fn compares_lists(document: &PolicyDocument, entity: &str, leaf: &Leaf) -> bool {
    let LeafTest::Compare { op: Operator::Eq | Operator::Ne, left, right } = &leaf.test else { return false };
    [left, right].into_iter().all(|side| kind(document, entity, side) == Some(Type::Strings))
}

fn kind(document: &PolicyDocument, entity: &str, operand: &Operand) -> Option<Type> {
    let path = match operand {
        Operand::Literal(literal) => return Some(literal.kind()),
        Operand::Path(path) => path,
    };
    let (declared, known): (_, &[(&str, Type)]) = match path.root {
        PathRoot::User => (&document.user, &super::USER_ATTRIBUTES),
        PathRoot::Context => (&document.context, &[]),
        PathRoot::Token => (&document.token, &super::TOKEN_CLAIMS),
        PathRoot::Resource => (&document.entities.get(entity)?.attributes, &[]),
    };
    let built_in = known.iter().find(|(name, _)| *name == path.name).map(|(_, kind)| *kind);
    built_in.or_else(|| declared.get(&path.name).copied())
}
