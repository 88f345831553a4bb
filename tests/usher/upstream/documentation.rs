//! The documentation of providers is generated from the kinds.

use std::fmt::Write as _;
use std::path::Path;

use usher_domain::provider::setting::COMMON;
use usher_domain::provider::{KindTitle, ProviderKind, ProviderKinds};
use usher_domain::urls::UpstreamUrls;
use usher_i18n::Lang;
use usher_upstream::built_in_kinds;

#[test]
fn the_tables_of_kinds_and_settings_are_those_in_the_documentation() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/providers.md");
    let text = std::fs::read_to_string(&path).expect("docs/providers.md is there");
    let kinds = built_in_kinds();
    let tables = [("kinds", kinds_in_markdown(&kinds)), ("settings", settings_in_markdown(&kinds))];
    let fresh = tables.iter().fold(text.clone(), |text, (name, table)| with_table(&text, name, table));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        return std::fs::write(&path, &fresh).expect("the page can be written");
    }
    assert_eq!(text, fresh, "docs/providers.md is out of date: run this test with UPDATE_DOCS=1");
}

fn with_table(text: &str, name: &str, table: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), "<!-- end -->\n");
    let (before, rest) = text.split_once(&begin).expect("the page says where the table begins");
    let (_, after) = rest.split_once(end).expect("the page says where the table ends");
    format!("{before}{begin}{table}{end}{after}")
}

/// A row for each kind.
pub fn kinds_in_markdown(kinds: &ProviderKinds) -> String {
    let mut table = String::from(
        "| kind | provider | scopes by default | PKCE | addresses | events are received at |\n|---|---|---|---|---|---|\n",
    );
    for kind in kinds.iter() {
        let name = match kind.title {
            KindTitle::Brand(brand) => brand.to_owned(),
            KindTitle::Message(key) => Lang::En.text(key),
        };
        let scopes = match kind.scopes.default {
            [] => "–".to_owned(),
            some => format!("`{}`", some.join(" ")),
        };
        let (pkce, addresses) = (if kind.pkce { "yes" } else { "no" }, kind.addresses);
        writeln!(table, "| `{}` | {name} | {scopes} | {pkce} | {addresses} | {} |", kind.name, events(kind))
            .expect("text grows");
    }
    table
}

fn events(kind: &ProviderKind) -> String {
    let url = |endpoint| UpstreamUrls::of(&"id".parse().expect("an id")).events(endpoint).replace("/id/", "/ID/");
    let paths: Vec<_> = kind.events.iter().map(|event| format!("`{}`", url(event.endpoint))).collect();
    if paths.is_empty() { "–".to_owned() } else { paths.join(", ") }
}

/// A row for each setting.
pub fn settings_in_markdown(kinds: &ProviderKinds) -> String {
    let mut table = String::from("| setting | kinds | what it is |\n|---|---|---|\n");
    for setting in kinds.settings() {
        let common = COMMON.iter().any(|one| one.name == setting.name);
        let takes = |kind: &&'static ProviderKind| kind.takes(setting.name);
        let of: Vec<_> = kinds.iter().filter(takes).map(|kind| written(kind, setting.name)).collect();
        let of = if common { "all".to_owned() } else { of.join(", ") };
        writeln!(table, "| `{}` | {of} | {} |", setting.name, setting.about).expect("text grows");
    }
    table
}

/// The kind, in bold if it needs the setting.
fn written(kind: &ProviderKind, setting: &str) -> String {
    if kind.requires(setting) { format!("**`{}`**", kind.name) } else { format!("`{}`", kind.name) }
}
