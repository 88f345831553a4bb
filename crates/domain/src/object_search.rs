//! Searching projects, clients, APIs and webhooks: by which terms each is found, and what a search asks for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::user::search::fold;
use crate::wire_names::wire_names;

/// Most terms of one object. A longer URL is found by its beginning.
const TERMS: usize = 40;
/// Most words of a search; further ones are ignored.
const WORDS: usize = 8;

wire_names! {
    /// What is found by a search.
    ObjectKind, UnknownObjectKind, "kind of object":
    Project = "project";
    Client = "client";
    Api = "api";
    Webhook = "webhook";
}

/// A search: each word is the beginning of a term of the object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectQuery {
    words: Vec<String>,
}

impl ObjectQuery {
    pub fn new(text: &str) -> Self {
        let words = text.split_whitespace().map(fold).filter(|word| !word.is_empty());
        Self { words: words.take(WORDS).collect() }
    }

    pub const fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The word that fewest objects have, by its length.
    pub fn longest_word(&self) -> Option<&str> {
        // The first of the longest: `max_by_key` returns the last.
        self.words.iter().rev().max_by_key(|word| word.len()).map(String::as_str)
    }

    /// Whether there is more than [`Self::longest_word`] to look for.
    pub const fn has_several_words(&self) -> bool {
        self.words.len() > 1
    }

    /// Whether some word begins one of these terms.
    pub fn finds_any(&self, terms: &BTreeSet<String>) -> bool {
        self.words.iter().any(|word| begins(word, terms))
    }

    /// Whether every word begins one of these terms. Nothing is found by no word.
    pub fn finds(&self, terms: &BTreeSet<String>) -> bool {
        !self.words.is_empty() && self.words.iter().all(|word| begins(word, terms))
    }
}

fn begins(word: &str, terms: &BTreeSet<String>) -> bool {
    terms.range(word.to_owned()..).next().is_some_and(|term| term.starts_with(word))
}

/// The terms by which an object with these names, URLs and ids is found: each as a whole, its words, and the parts of
/// these between punctuation.
pub fn object_terms<'t>(texts: impl IntoIterator<Item = &'t str>) -> BTreeSet<String> {
    let mut terms = Vec::new();
    for text in texts {
        terms.push(fold(text.trim()));
        // A URL is also typed without its scheme.
        terms.extend(text.split_once("://").map(|(_, rest)| fold(rest)));
        for word in text.split_whitespace() {
            terms.push(fold(word));
            let parts = word.split(|c: char| !c.is_alphanumeric());
            terms.extend(parts.filter(|part| !["http", "https"].contains(part)).map(fold));
        }
    }
    let mut known = BTreeSet::new();
    for term in terms.into_iter().filter(|term| !term.is_empty()) {
        if known.len() == TERMS {
            break;
        }
        known.insert(term);
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(texts: &[&str], search: &str) -> bool {
        ObjectQuery::new(search).finds(&object_terms(texts.iter().copied()))
    }

    #[test]
    fn an_object_is_found_by_the_beginning_of_each_word() {
        let client = ["Loja Ângela-Maria", "01jd3v9qk8e2x"];
        for text in ["loja", "LOJA ang", "angela", "maria", "ângela-m", "01jd3v9qk8e2x", "01jd", "  mar   lo "] {
            assert!(finds(&client, text), "{text}");
        }
        for text in ["", " ", "oja", "loja x", "%", "_", "'", "\0", "loja%"] {
            assert!(!finds(&client, text), "{text}");
        }
    }

    #[test]
    fn a_url_is_found_by_its_host_and_its_parts_and_not_by_its_scheme() {
        let webhook = ["https://stock.greenhouse.example/hooks/usher"];
        let typed =
            ["https://stock.green", "stock.greenhouse.example", "greenhouse", "hooks", "stock.greenhouse.example/ho"];
        for text in typed {
            assert!(finds(&webhook, text), "{text}");
        }
        assert!(!finds(&webhook, "house") && !finds(&webhook, "ooks"));
        assert!(finds(&webhook, "https"), "the whole URL begins with it");
    }

    #[test]
    fn a_long_text_has_a_bounded_number_of_bounded_terms() {
        let long = "part/other/".repeat(500);
        let terms = object_terms([format!("https://shop.test/{long}").as_str()]);
        assert!(terms.len() <= TERMS && terms.iter().all(|term| term.chars().count() <= 64), "{terms:?}");
        assert!(terms.contains("shop") && terms.contains("part"));
        let words: Vec<String> = (0..2 * TERMS).map(|number| number.to_string()).collect();
        assert_eq!(object_terms([words.join(" ").as_str()]).len(), TERMS);
        let many = ObjectQuery::new(&"a ".repeat(500));
        assert_eq!(many.words.len(), WORDS);
    }
}
