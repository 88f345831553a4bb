//! The values that a form was loaded with, which it sends back in a hidden field.
//!
//! A field that still has the value it was loaded with was not edited. It is then left as it is stored, so that a form
//! that was open for a while does not undo what was saved elsewhere meanwhile.

use usher_protocol::params::Params;

/// The values that a form was loaded with.
#[derive(Debug, Default)]
pub struct LoadedValues(Params);

impl LoadedValues {
    /// The values of the form as it is shown.
    pub fn of(fields: &[(&str, &str)]) -> Self {
        Self(Params::from_pairs(fields.iter().map(|(name, value)| (*name, *value))))
    }

    /// Reads the hidden field of a form that was sent. If it is empty or garbage, every field counts as edited.
    pub fn decode(sent: &str) -> Self {
        Self(Params::decode(sent.as_bytes()).unwrap_or_default())
    }

    /// The value of the hidden field.
    pub fn encode(&self) -> String {
        self.0.encode()
    }

    /// The value that a field was loaded with.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    /// Whether a field was edited: `typed` is not what it was loaded with.
    pub fn is_edited(&self, name: &str, typed: &str) -> bool {
        self.get(name).is_none_or(|loaded| normal(loaded) != normal(typed))
    }
}

/// The lines of a field. Browsers send CR LF for each line break (HTML, form submission).
fn normal(text: &str) -> Vec<&str> {
    text.trim().lines().map(str::trim_end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_edited_if_it_is_not_what_it_was_loaded_with() {
        let loaded = LoadedValues::of(&[
            ("name", "Shop & Co"),
            ("redirect_uris", "https://a.test/cb\nhttps://b.test/cb"),
            ("first_party", ""),
        ]);
        let loaded = LoadedValues::decode(&loaded.encode());
        assert!(!loaded.is_edited("name", "Shop & Co"));
        assert!(!loaded.is_edited("redirect_uris", "https://a.test/cb\r\nhttps://b.test/cb\r\n"));
        assert!(!loaded.is_edited("first_party", ""));
        assert!(loaded.is_edited("first_party", "true"));
        assert!(loaded.is_edited("name", ""));
        assert!(loaded.is_edited("scope", "openid"), "a field that it was not loaded with");
    }

    #[test]
    fn garbage_counts_as_nothing_loaded() {
        for garbage in ["%ff", "\0", "a=b=c&&&", "%"] {
            assert!(LoadedValues::decode(garbage).is_edited("name", "Shop"), "{garbage:?}");
        }
        assert!(LoadedValues::decode("").is_edited("name", "Shop"));
    }
}
