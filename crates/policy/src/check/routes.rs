//! Checks of route rules: methods, patterns, requirements, and that no two rules match the same requests.

use std::collections::{BTreeMap, BTreeSet};

use super::super::document::{PolicyDocument, RouteRule};
use super::super::fault::DocumentFault;
use super::super::routes::{METHODS, Pattern};

/// Checks every route rule.
pub fn check(document: &PolicyDocument, faults: &mut Vec<DocumentFault>) {
    let permissions: BTreeSet<String> = document.permissions().map(|(permission, _)| permission).collect();
    let mut spoken_of: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (i, rule) in document.routes.iter().enumerate() {
        let at = |member: &str| format!("/routes/{i}/{member}");
        methods(rule, &at("methods"), faults);
        passing(rule, i, &permissions, faults);
        let pattern = match Pattern::parse(&rule.path) {
            Ok(pattern) => pattern,
            Err(why) => {
                faults.push(DocumentFault::error(at("path"), why));
                continue;
            }
        };
        for method in &rule.methods {
            if let Some(first) = spoken_of.insert((method.clone(), format!("{pattern:?}")), i) {
                let why = format!("rule {first} speaks of {method} on the same paths already");
                faults.push(DocumentFault::error(at("path"), why));
            }
        }
    }
}

fn methods(rule: &RouteRule, at: &str, faults: &mut Vec<DocumentFault>) {
    if rule.methods.is_empty() {
        faults.push(DocumentFault::error(at, "at least one method, or `*`"));
    }
    for (i, method) in rule.methods.iter().enumerate() {
        if method != "*" && !METHODS.contains(&method.as_str()) {
            faults.push(DocumentFault::error(
                format!("{at}/{i}"),
                format!("`{method}` is none of {}, *", METHODS.join(", ")),
            ));
        }
    }
}

fn passing(rule: &RouteRule, i: usize, permissions: &BTreeSet<String>, faults: &mut Vec<DocumentFault>) {
    let at = |member: &str| format!("/routes/{i}{member}");
    let said = [rule.need.is_some(), rule.public, rule.auth].into_iter().filter(|said| *said).count();
    if said != 1 {
        faults.push(DocumentFault::error(at(""), "exactly one of `need`, `public` and `auth` says who may pass"));
    }
    if let Some(need) = rule.need.as_ref().filter(|need| !permissions.contains(*need)) {
        faults.push(DocumentFault::error(at("/need"), format!("there is no permission `{need}`")));
    }
    let asks = rule.acr.is_some() || rule.max_age.is_some() || !rule.scopes.is_empty() || rule.fresh;
    if rule.public && asks {
        faults.push(DocumentFault::error(
            at("/public"),
            "a public path asks nothing of a token: no acr, max_age, scopes, fresh",
        ));
    }
    let plain = |text: &str| !text.is_empty() && text.len() <= 200 && text.bytes().all(|b| b.is_ascii_graphic());
    if rule.acr.as_ref().is_some_and(|acr| !plain(acr)) {
        faults.push(DocumentFault::error(at("/acr"), "an acr is one word of at most 200 characters"));
    }
    for (j, _) in rule.scopes.iter().enumerate().filter(|(_, scope)| !plain(scope)) {
        faults.push(DocumentFault::error(at(&format!("/scopes/{j}")), "a scope is one word of at most 200 characters"));
    }
}
