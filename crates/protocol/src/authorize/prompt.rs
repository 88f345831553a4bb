//! `prompt`: which pages the client requires, or none (OpenID Connect Core §3.1.2.1).

use serde::{Deserialize, Serialize};

use crate::error::OAuthError;

/// The values of a request. `none` excludes all others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the specification defines a set of independent flags")]
pub struct Prompt {
    /// Show no page: answer at once or fail.
    pub none: bool,
    /// Authenticate again.
    pub login: bool,
    /// Ask for consent again.
    pub consent: bool,
    /// Let the person choose the account.
    pub select_account: bool,
    /// Offer a new account first (Initiating User Registration 1.0).
    pub create: bool,
}

impl Prompt {
    /// The supported values, for the metadata.
    pub const VALUES: [&'static str; 5] = ["none", "login", "consent", "select_account", "create"];

    /// Reads a space-separated list.
    ///
    /// # Errors
    /// `invalid_request` for an unknown value, or for `none` with others.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let mut prompt = Self::default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match word {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                "create" => prompt.create = true,
                _ => return Err(OAuthError::invalid_request("prompt holds an unknown value")),
            }
        }
        if prompt.none && (prompt.login || prompt.consent || prompt.select_account || prompt.create) {
            return Err(OAuthError::invalid_request("prompt=none cannot be combined with another value"));
        }
        Ok(prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_stands_alone() {
        assert!(Prompt::parse("none").unwrap().none);
        assert!(Prompt::parse("none login").is_err());
        assert!(Prompt::parse("login consent").unwrap().consent);
    }

    #[test]
    fn unknown_values_are_refused() {
        for bad in ["LOGIN", "later", "none\0", "login,consent"] {
            assert!(Prompt::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Prompt::parse("").unwrap(), Prompt::default());
    }
}
