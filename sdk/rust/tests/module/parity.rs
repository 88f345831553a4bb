//! `docs/sdk/parity.md` lists every public name of the module.

use std::collections::BTreeSet;
use std::fs;

/// The names of the Rust column of a section.
fn listed(section: &str) -> BTreeSet<String> {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sdk/parity.md")).unwrap();
    let (_, rest) = page.split_once(&format!("\n## {section}\n")).unwrap_or_else(|| panic!("no section {section}"));
    let rows = rest.split("\n## ").next().unwrap().lines().filter(|line| line.starts_with('|')).skip(2);
    rows.flat_map(|row| row.split('|').nth(5).unwrap().split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

fn source(name: &str) -> String {
    fs::read_to_string(format!("{}/src/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The names after a word, in the items of a type: from its line to a brace at the start of a line.
fn named(file: &str, begin: &str, words: &[&str]) -> BTreeSet<String> {
    let text = source(file);
    let (_, rest) = text.split_once(&format!("\n{begin}")).unwrap_or_else(|| panic!("{file} has no `{begin}`"));
    let lines = rest.split("\n}").next().unwrap().lines();
    let name = |line: &str| {
        let rest = words.iter().find_map(|word| line.strip_prefix(&format!("    {word}")))?;
        rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().map(str::to_owned)
    };
    lines.filter_map(name).filter(|name| !name.is_empty()).collect()
}

const METHODS: &[&str] = &["pub fn ", "pub async fn "];
const FIELDS: &[&str] = &["pub "];

#[test]
fn all_options() {
    let mut options = named("builder.rs", "impl Builder {", METHODS);
    options.remove("build");
    assert_eq!(listed("Options"), options);
}

#[test]
fn all_verbs() {
    let verbs = named("layer/require.rs", "impl Usher {", METHODS);
    let sign_in = named("layer/require.rs", "impl Require<SignIn> {", METHODS);
    assert_eq!(listed("Verbs"), verbs.into_iter().chain(sign_in).collect());
}

#[test]
fn all_members_of_the_caller() {
    let fields = named("identity.rs", "pub struct Identity {", FIELDS);
    let methods = named("identity.rs", "impl Identity {", METHODS);
    let auth = named("auth.rs", "impl Auth {", METHODS);
    assert_eq!(listed("Caller"), [fields, methods, auth].into_iter().flatten().collect());
}

#[test]
fn all_methods_of_the_module() {
    let methods = named("usher.rs", "impl Usher {", METHODS);
    assert_eq!(listed("Module"), methods.into_iter().chain(["build".to_owned()]).collect());
}

#[test]
fn the_whole_state() {
    assert_eq!(listed("State"), named("usher.rs", "pub struct Status {", FIELDS));
}

#[test]
fn all_events() {
    assert_eq!(listed("Events"), named("event.rs", "pub enum Event {", &[""]));
}

#[test]
fn all_stores() {
    let stores = source("store/mod.rs")
        .lines()
        .filter_map(|line| line.split("::").nth(1).map(str::to_owned))
        .collect::<Vec<_>>();
    let stores = stores.iter().filter_map(|name| name.strip_suffix(';')).filter(|name| name.ends_with("Store"));
    assert_eq!(listed("Stores"), stores.map(str::to_owned).collect());
}

#[test]
fn all_frameworks() {
    let features = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    for name in listed("Frameworks").iter().filter(|name| !["Layer", "Sql"].contains(&name.as_str())) {
        assert!(features.contains(&format!("\n{name} = [")), "{name}");
    }
}
