//! The names of the types that the sources declare.

use std::collections::BTreeMap;

/// Macros that declare types, one a line: `ids! { UserId; }`, `settings! { Mail { … } }`, `url_groups! { … }`.
const DECLARING_MACROS: &[&str] = &["ids! {", "settings! {", "url_groups! {"];
const DECLARING_WORDS: &[&str] = &["struct", "enum", "trait", "union", "type"];

/// The names that are declared more than once, with the files that declare them. `sources` are pairs of path and text.
pub fn doubled<'s>(sources: impl IntoIterator<Item = (&'s str, &'s str)>) -> BTreeMap<&'s str, Vec<&'s str>> {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, text) in sources {
        for name in declared(text) {
            places.entry(name).or_default().push(path);
        }
    }
    places.retain(|_, paths| paths.len() > 1);
    places
}

/// The names of the structs, enums, traits, unions and aliases in one file, its test modules included. Associated
/// types do not count: their traits name them.
fn declared(text: &str) -> Vec<&str> {
    let mut found = vec![];
    let mut blocks: Vec<(usize, Block)> = vec![];
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (line, indent) = (line.trim_start(), line.len() - line.trim_start().len());
        if !line.starts_with(['{', '/', '#']) && line != "where" {
            blocks.retain(|(outer, _)| *outer < indent);
        }
        let inside = blocks.last().filter(|(outer, _)| outer + 4 == indent).map(|(_, block)| *block);
        let (word, rest) = words(line);
        if DECLARING_WORDS.contains(&word) && !(word == "type" && inside == Some(Block::Associated)) {
            found.extend(name(rest));
        } else if inside == Some(Block::Macro) {
            found.extend(name(line));
        }
        if DECLARING_MACROS.contains(&line) {
            blocks.push((indent, Block::Macro));
        } else if ["impl", "trait"].contains(&word) {
            blocks.push((indent, Block::Associated));
        }
    }
    found
}

#[derive(Clone, Copy, PartialEq)]
enum Block {
    /// An `impl` or a `trait`.
    Associated,
    Macro,
}

/// The first word of an item after its visibility, and the text that follows.
fn words(line: &str) -> (&str, &str) {
    let line = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(") ").map_or("", |(_, rest)| rest),
        Some(rest) => rest.trim_start(),
        None => line,
    };
    let line = line.strip_prefix("unsafe ").unwrap_or(line);
    line.split_at(line.find(|sign: char| !sign.is_alphanumeric()).unwrap_or(line.len()))
}

/// The name of a type at the beginning of a text.
fn name(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let end = text.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(text.len());
    text.starts_with(|sign: char| sign.is_uppercase()).then(|| &text[..end])
}

#[test]
fn a_name_in_two_files_or_test_modules_is_found() {
    let one = "pub struct Answer(u8);\nstruct Held<T> {\n    Inner: T,\n}\nsettings! {\n    Mail {\n        Key => 1\n    }\n}\n";
    let other =
        "mod tests {\n    pub(super) enum Answer {\n        Mail,\n    }\n    type Held = u8;\n    struct Mail;\n}\n";
    let found = doubled([("one.rs", one), ("other.rs", other)]);
    let both = vec!["one.rs", "other.rs"];
    assert_eq!(found, BTreeMap::from([("Answer", both.clone()), ("Held", both.clone()), ("Mail", both)]));
}

#[test]
fn associated_types_and_comments_are_not_declarations() {
    let one = "/// struct Answer;\nimpl<T> Iterator for Pages<T>\nwhere\n    T: Copy,\n{\n    // One page.\n    type Item = T;\n}\n";
    let other = "pub trait Answer {\n    type Item;\n}\n";
    assert_eq!(doubled([("one.rs", one), ("other.rs", other)]), BTreeMap::new());
}
