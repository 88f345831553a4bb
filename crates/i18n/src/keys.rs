//! Tests that every language has the same keys, and that the sources use exactly those.

use std::{collections::BTreeSet, fs, path::Path};

use fluent_bundle::FluentResource;
use regex::Regex;

use super::{Lang, bundle::sources};

/// The keys of one language with the variables of each message.
fn keys(lang: Lang) -> BTreeSet<(String, BTreeSet<String>)> {
    let entry = Regex::new(r"(?m)^([a-z][a-z0-9-]*) *=((?:.*\n?)(?:^[ \t}].*\n?|^\n)*)").unwrap();
    let variable = Regex::new(r"\{ *\$([a-z_]+)").unwrap();
    let mut found = BTreeSet::new();
    for source in sources(lang) {
        FluentResource::try_new(source.to_owned()).unwrap_or_else(|(_, faults)| panic!("{}: {faults:?}", lang.tag()));
        for entry in entry.captures_iter(source) {
            let variables = variable.captures_iter(&entry[2]).map(|v| v[1].to_owned()).collect();
            assert!(found.insert((entry[1].to_owned(), variables)), "{} twice in {}", &entry[1], lang.tag());
        }
    }
    found
}

/// All string literals of the sources that look like keys, and those that are certainly used as keys. An email names
/// its subject and lead by their common beginning.
fn used() -> (BTreeSet<String>, BTreeSet<String>) {
    let literal = Regex::new(r#""([a-z][a-z0-9-]*)""#).unwrap();
    let call = Regex::new(r#"(?:\bpage\.(?:t|tv|tn)|\b(?:lang|Lang::\w+)\.text(?:_with)?)\(\s*"([^" ]*)""#).unwrap();
    let (mut literals, mut calls) = (BTreeSet::new(), BTreeSet::new());
    for root in ["../../src", "../../crates", "../../templates"] {
        visit(Path::new(root), &mut |text| {
            let production = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            for found in literal.captures_iter(production).map(|c| c[1].to_owned()) {
                literals.extend(["subject", "lead"].map(|part| format!("{found}-{part}")));
                literals.insert(found);
            }
            calls.extend(call.captures_iter(production).map(|c| c[1].to_owned()));
        });
    }
    (literals, calls)
}

fn visit(dir: &Path, read: &mut impl FnMut(&str)) {
    for path in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            visit(&path, read);
        } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "html" || kind == "txt") {
            read(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_language_holds_the_same_keys_with_the_same_variables() {
    let english = keys(Lang::En);
    assert!(english.len() > 100);
    for lang in [Lang::PtBr, Lang::Uk] {
        let other = keys(lang);
        let faults: Vec<_> = english.symmetric_difference(&other).collect();
        assert!(faults.is_empty(), "{}: {faults:#?}", lang.tag());
    }
}

#[test]
fn every_key_is_used_somewhere() {
    let (literals, _) = used();
    // An email is named by the beginning of its texts.
    let begins = |key: &str| {
        ["-subject", "-lead"].iter().any(|end| key.strip_suffix(end).is_some_and(|name| literals.contains(name)))
    };
    let used = |key: &String| literals.contains(key) || begins(key);
    let unused: Vec<_> = keys(Lang::En).into_iter().map(|(key, _)| key).filter(|key| !used(key)).collect();
    assert!(unused.is_empty(), "{unused:#?}");
}

#[test]
fn every_key_asked_for_exists() {
    let known: BTreeSet<_> = keys(Lang::En).into_iter().map(|(key, _)| key).collect();
    let (_, calls) = used();
    assert!(calls.len() > 100);
    let missing: Vec<_> = calls.iter().filter(|key| !known.contains(*key)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_translation_differs_from_english_where_it_has_words() {
    let copied: Vec<_> = keys(Lang::En)
        .into_iter()
        .filter(|(_, variables)| variables.is_empty())
        .map(|(key, _)| key)
        .filter(|key| {
            let english = Lang::En.text(key);
            english.split_whitespace().count() > 3 && (Lang::Uk.text(key) == english || Lang::PtBr.text(key) == english)
        })
        .collect();
    assert!(copied.is_empty(), "{copied:#?}");
}
