//! Valid names of the parts of a document.
//!
//! Names are plain ASCII so that they mean the same in Cedar, in JSON and in every programming language. Ids of users
//! and entities are data and may be any text.

/// Names reserved for types of Cedar.
const CEDAR_TYPES: &[&str] =
    &["Action", "Bool", "Boolean", "Entity", "Extension", "Long", "Record", "Set", "String", "Usher"];
/// Words that a cell of the matrix may have instead of a condition.
const CELL_WORDS: &[&str] = &["allow", "deny"];
/// Words of Cedar's grammar, and properties of every JavaScript object.
const RESERVED: &[&str] = &[
    "else",
    "false",
    "has",
    "if",
    "in",
    "is",
    "like",
    "then",
    "true",
    "constructor",
    "prototype",
    "toString",
    "valueOf",
    "hasOwnProperty",
];

fn is_name(text: &str, first: fn(&char) -> bool, rest: fn(char) -> bool) -> bool {
    let mut letters = text.chars();
    text.len() <= 64
        && letters.next().is_some_and(|letter| first(&letter))
        && letters.all(rest)
        && !RESERVED.contains(&text)
}

fn word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// The name of an entity type: `Order`, `document`. At most 64 letters, digits and `_`, starting with a letter.
pub fn is_entity(text: &str) -> bool {
    is_name(text, char::is_ascii_alphabetic, word) && !CEDAR_TYPES.contains(&text)
}

/// The name of an action: `update`, `bulk_update`, `bulk-update`. At most 64 characters, starting with a small letter.
pub fn is_action(text: &str) -> bool {
    is_name(text, char::is_ascii_lowercase, |letter| word(letter) || letter == '-')
}

/// The name of an attribute: `owner_id`, `ownerId`. At most 64 characters, starting with a letter.
pub fn is_attribute(text: &str) -> bool {
    is_name(text, char::is_ascii_alphabetic, word)
}

/// The name of a role: `editor`, `support-level-2`, `team:lead`. At most 64 characters, starting with a small letter or
/// digit.
pub fn is_role(text: &str) -> bool {
    is_name(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit(), |letter| word(letter) || "-.:".contains(letter))
}

/// The name of a condition: `own`, `same_team`. At most 64 characters, starting with a small letter.
pub fn is_condition(text: &str) -> bool {
    is_name(text, char::is_ascii_lowercase, |letter| word(letter) || letter == '-') && !CELL_WORDS.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_mean_something_else_somewhere_are_refused() {
        for good in ["Order", "OrderLine2", "X", "record"] {
            assert!(is_entity(good), "{good}");
        }
        for bad in ["", "2nd", "Action", "String", "Ordér", "Or der", "A:b", &"A".repeat(65)] {
            assert!(!is_entity(bad), "{bad}");
        }
        assert!(is_condition("own") && is_action("read") && is_attribute("ownerId") && is_role("team:lead"));
        assert!(!is_condition("allow") && !is_condition("deny") && !is_condition("*") && !is_condition(""));
        assert!(!is_attribute("__proto__") && !is_attribute("constructor") && !is_attribute("in"));
        assert!(!is_role("Editor") && !is_role("a\u{202e}b") && !is_role("constructor"));
    }
}
