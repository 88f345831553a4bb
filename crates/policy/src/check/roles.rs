//! Checks of roles: names, inheritance, grants.

use std::collections::BTreeSet;

use super::super::document::{MatrixCell, PolicyDocument};
use super::super::fault::{DocumentFault, pointer};
use super::super::names;
use super::grantable;
use usher_domain::text::check_line;

/// Checks every role.
pub fn check(document: &PolicyDocument, faults: &mut Vec<DocumentFault>) {
    let grantable = grantable(document);
    for (name, role) in &document.roles {
        let at = |rest: &[&str]| pointer(["roles", name].into_iter().chain(rest.iter().copied()));
        if !names::is_role(name) {
            faults.push(DocumentFault::error(
                at(&[]),
                "a role is named like `editor`: a small letter, then letters, digits, `_-.:`",
            ));
        }
        let kept = |title: &str| check_line(title, 100).is_ok_and(|kept| kept == title.trim());
        if role.title.as_deref().is_some_and(|title| !kept(title)) {
            let words = "a title has at most 100 characters, and no control characters or invisible ones";
            faults.push(DocumentFault::error(at(&["title"]), words));
        }
        for (i, parent) in role.inherits.iter().enumerate() {
            if !document.roles.contains_key(parent) {
                faults.push(DocumentFault::error(
                    at(&["inherits", &i.to_string()]),
                    format!("there is no role `{parent}`"),
                ));
            }
        }
        if inherits_itself(document, name) {
            faults.push(DocumentFault::error(at(&["inherits"]), "the role inherits from itself"));
        }
        for (key, cell) in &role.grants {
            if !grantable.contains(key) {
                let near = nearest(key, &grantable).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                faults
                    .push(DocumentFault::error(at(&["grants", key]), format!("there is no permission `{key}`{near}")));
            }
            words(document, cell, &at(&["grants", key]), faults);
        }
    }
}

fn words(document: &PolicyDocument, cell: &MatrixCell, at: &str, faults: &mut Vec<DocumentFault>) {
    match cell {
        MatrixCell::One(word) if cell.is_allow() || cell.is_deny() || document.conditions.contains_key(word) => {}
        MatrixCell::One(word) => faults.push(DocumentFault::error(at, format!("there is no condition `{word}`"))),
        MatrixCell::Several(words) => {
            if words.is_empty() {
                faults.push(DocumentFault::error(
                    at,
                    "a list names at least one condition; leave the grant out to grant nothing",
                ));
            }
            for (i, word) in words.iter().enumerate().filter(|(_, word)| !document.conditions.contains_key(*word)) {
                faults.push(DocumentFault::error(format!("{at}/{i}"), format!("there is no condition `{word}`")));
            }
        }
    }
}

fn inherits_itself(document: &PolicyDocument, start: &str) -> bool {
    let parents =
        |name: &str| document.roles.get(name).into_iter().flat_map(|role| role.inherits.iter().map(String::as_str));
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = parents(start).collect();
    while let Some(name) = open.pop() {
        if name == start {
            return true;
        }
        if let Some((known, _)) = document.roles.get_key_value(name)
            && seen.insert(known.as_str())
        {
            open.extend(parents(known));
        }
    }
    false
}

/// The most similar known name, if there is one.
fn nearest<'a>(name: &str, known: &'a BTreeSet<String>) -> Option<&'a String> {
    let likeness = |other: &str| strsim::jaro_winkler(name, other);
    known
        .iter()
        .map(|other| (likeness(other), other))
        .filter(|(like, _)| *like > 0.85)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, near)| near)
}
