//! Paths of URLs that are written as text.

use std::path::Path;

use super::sources::production;

/// The modules that hold every path.
const HOMES: &[&str] = &["crates/protocol/src/endpoints.rs", "crates/domain/src/urls.rs"];
/// Other places with paths of their own, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("crates/sim/", "the paths of the simulated providers"),
    ("crates/demo/", "the paths of the demo applications"),
    ("crates/upstream/src/providers/", "the paths of the providers"),
    ("crates/pages/src/views/samples", "tests render views with these"),
    ("crates/console/src/views/samples", "tests render views with these"),
    ("crates/console-rules/src/views/samples.rs", "tests render views with these"),
    ("crates/console-transfer/src/views/samples.rs", "tests render views with these"),
    ("crates/page-tests/src", "tests render views with these"),
    ("crates/console/src/views/quick_start/stacks.rs", "the paths of applications"),
    ("crates/policy/", "the paths in access rules are those of applications"),
    ("crates/api/src/policy/", "examples with the paths of applications"),
    ("crates/config/", "paths of files"),
];
/// The first folders and the pages of this server.
const FIRST: &[&str] = &[
    ".well-known/",
    "oauth2/",
    "login",
    "register",
    "recover",
    "verify",
    "consent",
    "device",
    "logout",
    "account",
    "console",
    "check-up/",
    "setup/",
    "upstream",
    "static/",
    "health/",
    "docs",
    "dev/",
    "openapi.json",
    "robots.txt",
    "favicon.ico",
];

/// The paths of this server that a file writes as text, outside of tests and of the modules for them.
pub fn literal_paths(file: &Path) -> Vec<String> {
    let place = file.to_str().unwrap();
    let is_test = place.ends_with("tests.rs");
    if is_test || HOMES.contains(&place) || EXCEPTIONS.iter().any(|(prefix, _)| place.starts_with(prefix)) {
        return vec![];
    }
    literals(&production(file)).into_iter().map(|path| format!("{place}: \"{path}\"")).collect()
}

fn literals(code: &str) -> Vec<&str> {
    let texts = code.match_indices("\"/").filter_map(|(at, _)| code[at + 1..].split('"').next());
    let texts = texts.filter(|text| Path::new(text).extension().is_none_or(|kind| kind != "ftl"));
    texts.filter(|text| FIRST.iter().any(|first| text[1..].starts_with(first))).collect()
}

#[test]
fn a_path_in_a_literal_or_a_format_is_found() {
    let code = "at(\"/login\"); format!(\"/setup/{code}\"); at(urls::LOGIN); json!({\"path\": \"/orders\"})";
    assert_eq!(literals(code), ["/login", "/setup/{code}"]);
}
