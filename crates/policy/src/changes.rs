//! What differs between two documents, part by part. Unlike [`super::diff`] it also compares documents with faults.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::condition::Condition;
use super::document::{ActionKind, MatrixCell, PolicyDocument, RouteRule};
use super::value::Type;

/// The kinds of parts of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentPart {
    /// `Order:update`.
    Action,
    /// `Order.total`, `user.teams`.
    Attribute,
    Condition,
    Role,
    /// A role, and the one that it inherits from.
    Parent,
    /// A role, and what it is granted.
    Grant,
    /// Methods and path.
    Route,
}

/// A part that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentChange {
    pub part: DocumentPart,
    /// The role that the part belongs to, if it is a part of a role.
    pub role: Option<String>,
    pub name: String,
    /// Its value; `None` if it was added.
    pub before: Option<String>,
    /// Its value; `None` if it was removed.
    pub after: Option<String>,
}

type Parts = BTreeMap<(DocumentPart, Option<String>, String), String>;

/// The parts that differ, in a fixed order.
pub fn changes(before: &PolicyDocument, after: &PolicyDocument) -> Vec<DocumentChange> {
    let (before, after) = (parts(before), parts(after));
    let mut keys: Vec<_> = before.keys().chain(after.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let differs = keys.into_iter().filter(|key| before.get(*key) != after.get(*key));
    differs
        .map(|key| {
            let (part, role, name) = key.clone();
            DocumentChange { part, role, name, before: before.get(key).cloned(), after: after.get(key).cloned() }
        })
        .collect()
}

fn parts(document: &PolicyDocument) -> Parts {
    let mut found = Parts::new();
    let mut add = |part, role: Option<&String>, name: String, value: String| {
        found.insert((part, role.cloned(), name), value);
    };
    for (entity, declared) in &document.entities {
        for (action, kind) in &declared.actions {
            add(DocumentPart::Action, None, format!("{entity}:{action}"), kind_word(*kind).to_owned());
        }
        for (name, kind) in &declared.attributes {
            add(DocumentPart::Attribute, None, format!("{entity}.{name}"), type_word(*kind).to_owned());
        }
    }
    for (root, declared) in [("user", &document.user), ("context", &document.context), ("token", &document.token)] {
        for (name, kind) in declared {
            add(DocumentPart::Attribute, None, format!("{root}.{name}"), type_word(*kind).to_owned());
        }
    }
    for (name, condition) in &document.conditions {
        add(DocumentPart::Condition, None, name.clone(), condition_words(condition));
    }
    for (name, role) in &document.roles {
        add(DocumentPart::Role, None, name.clone(), role.title.clone().unwrap_or_default());
        for parent in &role.inherits {
            add(DocumentPart::Parent, Some(name), parent.clone(), String::new());
        }
        for (key, cell) in &role.grants {
            add(DocumentPart::Grant, Some(name), key.clone(), cell_words(cell));
        }
    }
    for route in &document.routes {
        add(DocumentPart::Route, None, format!("{} {}", route.methods.join(", "), route.path), route_words(route));
    }
    found
}

/// The word for what an action applies to, as the document has it.
pub const fn kind_word(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::Item => "item",
        ActionKind::Collection => "collection",
    }
}

/// The word for a type, as the document has it.
pub const fn type_word(kind: Type) -> &'static str {
    match kind {
        Type::String => "string",
        Type::Bool => "bool",
        Type::Int => "int",
        Type::Strings => "strings",
    }
}

/// A cell of the matrix in one line.
pub fn cell_words(cell: &MatrixCell) -> String {
    cell.words().join(", ")
}

/// A condition in one line; its JSON if it has faults.
pub fn condition_words(json: &Json) -> String {
    Condition::parse(json).map_or_else(|_| json.to_string(), |condition| condition.to_string())
}

/// What a route requires, in one line.
fn route_words(route: &RouteRule) -> String {
    let mut words: Vec<String> = route.need.iter().cloned().collect();
    words.extend(
        [(route.public, "public"), (route.auth, "auth")].iter().filter(|(is, _)| *is).map(|(_, w)| (*w).into()),
    );
    words.extend(route.acr.iter().map(|acr| format!("acr={acr}")));
    words.extend(route.max_age.iter().map(|seconds| format!("max_age={seconds}")));
    words.extend(route.scopes.iter().map(|scope| format!("scope={scope}")));
    words.extend(route.fresh.then(|| "fresh".to_owned()));
    words.join(", ")
}

#[cfg(all(test, feature = "authoring"))]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(json: Json) -> PolicyDocument {
        PolicyDocument::from_json(json).unwrap()
    }

    #[test]
    fn every_part_that_differs_is_named_once() {
        let before = read(json!({
            "entities": {"Order": {"attributes": {"owner": "string"}, "actions": {"read": "item"}}},
            "conditions": {"own": {"eq": ["resource.owner", "user.id"]}},
            "roles": {"viewer": {"grants": {"Order:read": "own"}}},
            "routes": [{"methods": ["GET"], "path": "/orders/:id", "need": "Order:read"}],
        }));
        assert_eq!(changes(&before, &before), []);
        let mut after = before.clone();
        after.roles.get_mut("viewer").unwrap().grants.insert("Order:read".into(), MatrixCell::One("allow".into()));
        after.roles.entry("editor".into()).or_default().inherits.push("viewer".into());
        after.user.insert("teams".into(), Type::Strings);
        after.conditions.clear();
        after.routes[0].max_age = Some(60);
        let lines: Vec<String> = changes(&before, &after)
            .into_iter()
            .map(|change| {
                let DocumentChange { part, role, name, before, after } = change;
                let [before, after] = [before, after].map(|value| value.unwrap_or_else(|| "–".into()));
                format!("{part:?} {} {name}: {before} → {after}", role.unwrap_or_default())
            })
            .collect();
        assert_eq!(
            lines,
            [
                "Attribute  user.teams: – → strings",
                "Condition  own: resource.owner = user.id → –",
                "Role  editor: – → ",
                "Parent editor viewer: – → ",
                "Grant viewer Order:read: own → allow",
                "Route  GET /orders/:id: Order:read → Order:read, max_age=60",
            ]
        );
    }
}
