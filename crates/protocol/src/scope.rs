//! `scope`: what an access token permits (RFC 6749 §3.3).

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::OAuthError;
use crate::error_code::ErrorCode;

/// Maximum length of a scope.
const MAX_LENGTH: usize = 2_000;

/// The scopes of Usher itself, besides those that begin with `usher:`. No API may define them.
const OF_USHER: [&str; 7] = ["openid", "profile", "email", "address", "phone", "roles", "offline_access"];

/// Whether this scope is one of Usher itself and of no API: those of OpenID Connect, and those of Usher's own API.
pub fn is_of_usher(token: &str) -> bool {
    OF_USHER.contains(&token) || is_of_usher_api(token)
}

/// Whether this scope is a right at Usher's own API.
pub fn is_of_usher_api(token: &str) -> bool {
    token.starts_with("usher:")
}

/// A set of scope tokens. Order has no meaning (RFC 6749 §3.3), so they are sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope(BTreeSet<String>);

impl Scope {
    /// Reads a space-separated list.
    ///
    /// # Errors
    /// `invalid_scope` for a character outside RFC 6749 §3.3 or a list that is too long.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let fault = |why: &'static str| OAuthError::new(ErrorCode::InvalidScope, why);
        if text.len() > MAX_LENGTH {
            return Err(fault("scope is too long"));
        }
        let is_nqchar = |b: u8| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        let tokens: BTreeSet<String> = text.split(' ').filter(|token| !token.is_empty()).map(str::to_owned).collect();
        if tokens.iter().any(|token| !token.bytes().all(is_nqchar)) {
            return Err(fault("scope holds a character that RFC 6749 section 3.3 does not allow"));
        }
        Ok(Self(tokens))
    }

    /// A scope of known tokens.
    pub fn of<const N: usize>(tokens: [&str; N]) -> Self {
        Self(tokens.into_iter().map(str::to_owned).collect())
    }

    /// Whether this token is in the set.
    pub fn contains(&self, token: &str) -> bool {
        self.0.contains(token)
    }

    /// Whether every token of this set is in `other`.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// The tokens that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    /// The tokens that are in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// This set without one token.
    #[must_use]
    pub fn without(&self, token: &str) -> Self {
        Self(self.0.iter().filter(|held| *held != token).cloned().collect())
    }

    /// Without the rights at Usher's own API.
    #[must_use]
    pub fn without_usher_api(&self) -> Self {
        Self(self.0.iter().filter(|token| !is_of_usher_api(token)).cloned().collect())
    }

    /// The tokens that are scopes of Usher itself.
    #[must_use]
    pub fn of_usher(&self) -> Self {
        Self(self.0.iter().filter(|token| is_of_usher(token)).cloned().collect())
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every token, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// The tokens must be valid: those of a parsed scope or of a checked API.
impl FromIterator<String> for Scope {
    fn from_iter<T: IntoIterator<Item = String>>(tokens: T) -> Self {
        Self(tokens.into_iter().collect())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, token) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(" ")?;
            }
            f.write_str(token)?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Scope {
    type Error = OAuthError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_repetition_carry_no_meaning() {
        assert_eq!(Scope::parse("email openid").unwrap(), Scope::parse("openid  email openid").unwrap());
        assert_eq!(Scope::parse("").unwrap(), Scope::default());
    }

    #[test]
    fn characters_outside_the_grammar_are_refused() {
        for bad in ["open\"id", "open\\id", "open\tid", "opénid", "a\0b", "a\nb"] {
            assert_eq!(Scope::parse(bad).unwrap_err().code, ErrorCode::InvalidScope, "{bad:?}");
        }
        assert!(Scope::parse(&"a ".repeat(2_000)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn printing_and_reading_is_the_same_set(text in "[!#-\\[\\]-~ ]{0,200}") {
            let scope = Scope::parse(&text).unwrap();
            proptest::prop_assert_eq!(Scope::parse(&scope.to_string()).unwrap(), scope);
        }
    }
}
