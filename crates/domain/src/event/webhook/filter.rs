//! The filter of a webhook: exact names, all events of one resource, or everything.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::event::EventCatalogue;

/// A filter: `session.created`, `session.*` or `*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Filter(String);

/// The text is no valid filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("names no event that webhooks deliver: write session.created, session.* or *")]
pub struct UnknownFilter;

impl Filter {
    /// Everything.
    pub fn everything() -> Self {
        Self("*".to_owned())
    }

    /// Whether it matches this type.
    pub fn lets_through(&self, kind: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(start) => kind.starts_with(start),
            None => kind == self.0,
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Filter {
    type Err = UnknownFilter;

    /// A filter that matches nothing is probably a typo, and refused.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let filter = Self(text.to_owned());
        let well_formed = match text.strip_suffix('*') {
            Some(start) => start.is_empty() || start.ends_with('.') && start.len() > 1,
            None => true,
        };
        let fits =
            well_formed && EventCatalogue::STANDARD.messages().any(|(_, message)| filter.lets_through(message.name));
        if fits { Ok(filter) } else { Err(UnknownFilter) }
    }
}

impl TryFrom<String> for Filter {
    type Error = UnknownFilter;
    /// Stored filters are accepted as they are: a type that no longer exists must not make the row unreadable.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Ok(Self(text))
    }
}

impl From<Filter> for String {
    fn from(filter: Filter) -> Self {
        filter.0
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(text: &str) -> Filter {
        text.parse().unwrap()
    }

    #[test]
    fn a_filter_is_a_name_all_of_a_noun_or_everything() {
        assert!(filter("session.created").lets_through("session.created"));
        assert!(!filter("session.created").lets_through("session.revoked"));
        assert!(filter("session.*").lets_through("session.revoked"));
        assert!(!filter("session.*").lets_through("user.created"));
        assert!(filter("*").lets_through("key.rotated"));
    }

    #[test]
    fn what_would_never_let_anything_through_is_refused() {
        for bad in
            ["", "**", "*.created", "sess*", "session.", "session.creatd", ".*", "setup.*", "sesion.*", " *", "a*b"]
        {
            assert_eq!(bad.parse::<Filter>(), Err(UnknownFilter), "{bad:?}");
        }
    }
}
