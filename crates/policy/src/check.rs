//! Checks of a document that do not need Cedar: names, references, cycles, types, sizes.

mod conditions;
mod roles;
mod routes;

use std::collections::BTreeSet;

use super::condition::Condition;
use super::document::{DeclaredAttributes, PolicyDocument, TOKEN_CLAIMS, USER_ATTRIBUTES};
use super::fault::{DocumentFault, pointer};
use super::limits;
use super::names;

pub use conditions::uses;

/// The parsed conditions of a document.
pub type Conditions = std::collections::BTreeMap<String, Condition>;

/// All faults that we find ourselves, and the conditions that could be parsed.
pub fn check(document: &PolicyDocument) -> (Vec<DocumentFault>, Conditions) {
    let mut faults = Vec::new();
    sizes(document, &mut faults);
    entities(document, &mut faults);
    attributes(&document.user, "user", &USER_ATTRIBUTES.map(|(name, _)| name), &mut faults);
    attributes(&document.context, "context", &["token"], &mut faults);
    attributes(&document.token, "token", &TOKEN_CLAIMS.map(|(name, _)| name), &mut faults);
    let read = conditions::check(document, &mut faults);
    roles::check(document, &mut faults);
    routes::check(document, &mut faults);
    if !faults.iter().any(DocumentFault::is_error) {
        conditions::check_uses(document, &read, &mut faults);
    }
    (faults, read)
}

fn sizes(document: &PolicyDocument, faults: &mut Vec<DocumentFault>) {
    for (name, count, limit) in [
        ("entities", document.entities.len(), limits::NAMED),
        ("conditions", document.conditions.len(), limits::NAMED),
        ("roles", document.roles.len(), limits::NAMED),
        ("routes", document.routes.len(), limits::ROUTES),
    ] {
        if count > limit {
            faults.push(DocumentFault::error(
                format!("/{name}"),
                format!("there are at most {limit} of them, not {count}"),
            ));
        }
    }
}

fn entities(document: &PolicyDocument, faults: &mut Vec<DocumentFault>) {
    for (name, entity) in &document.entities {
        let at = |rest: &[&str]| pointer(["entities", name].into_iter().chain(rest.iter().copied()));
        if !names::is_entity(name) {
            faults.push(DocumentFault::error(
                at(&[]),
                "an entity type is named like `Order`: a letter, then letters, digits, `_`; `Action`, `Entity`, `Usher` and the names of Cedar's types are taken",
            ));
        }
        if entity.actions.is_empty() || entity.actions.len() > limits::MEMBERS {
            faults.push(DocumentFault::error(
                at(&["actions"]),
                format!("an entity type has 1 to {} actions", limits::MEMBERS),
            ));
        }
        for action in entity.actions.keys().filter(|action| !names::is_action(action)) {
            faults.push(DocumentFault::error(at(&["actions", action]), "an action is named like `update`"));
        }
        let place = at(&["attributes"]);
        attributes(&entity.attributes, place.trim_start_matches('/'), &[], faults);
    }
}

fn attributes(declared: &DeclaredAttributes, place: &str, taken: &[&str], faults: &mut Vec<DocumentFault>) {
    if declared.len() > limits::MEMBERS {
        faults.push(DocumentFault::error(
            format!("/{place}"),
            format!("there are at most {} attributes", limits::MEMBERS),
        ));
    }
    for name in declared.keys() {
        let at = format!("/{place}{}", pointer([name.as_str()]));
        if taken.contains(&name.as_str()) {
            faults.push(DocumentFault::error(at, format!("`{name}` is there already")));
        } else if !names::is_attribute(name) {
            faults.push(DocumentFault::error(
                at,
                "an attribute is named like `owner_id`, and not like a word of a language",
            ));
        }
    }
}

/// Every permission, and every wildcard that matches one.
fn grantable(document: &PolicyDocument) -> BTreeSet<String> {
    let exact = document.permissions().map(|(permission, _)| permission);
    let wild = document.entities.keys().map(|entity| format!("{entity}:*"));
    exact.chain(wild).chain(["*".to_owned()]).collect()
}
