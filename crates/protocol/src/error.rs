//! The errors that OAuth speaks: a code from a registry, words for the developer, and nothing private.

use std::borrow::Cow;
use std::fmt;

use super::cause::Cause;
use super::error_code::ErrorCode;

/// An error for the wire. Its description is written by us, fixed in length, and carries nothing private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthError {
    /// What kind of error.
    pub code: ErrorCode,
    /// What went wrong, for the developer of the client (RFC 6749 §5.2 limits it to printable ASCII without `"` and `\`).
    pub description: Cow<'static, str>,
    /// The cause, where the description keeps it back.
    cause: Option<Cause>,
    /// The client that asked, as far as it is known: for the log.
    client_id: Option<Box<str>>,
}

impl OAuthError {
    /// An error with its description.
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into(), cause: None, client_id: None }
    }

    /// The same error, of a request by this client, unless it names its client already.
    #[must_use]
    pub fn by(mut self, client_id: &str) -> Self {
        self.client_id.get_or_insert_with(|| client_id.into());
        self
    }

    /// The client that asked, if it is known.
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// What went wrong, exactly: for the log, and for a developer on their own machine.
    pub fn precise(&self) -> &str {
        match self.cause {
            Some(cause) => cause.sentence(),
            None => &self.description,
        }
    }

    /// Does it say that something may have been stolen?
    pub const fn is_alarming(&self) -> bool {
        matches!(self.cause, Some(Cause::CodeSpent | Cause::RefreshTokenReused))
    }

    /// A parameter is missing, repeated or malformed.
    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// A parameter was sent twice (RFC 6749 §3.1).
    pub fn repeated(name: &str) -> Self {
        // Names come from the request: keep only what may stand in a description.
        let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
        Self::invalid_request(format!("the parameter {name} must not be repeated"))
    }
}

impl From<Cause> for OAuthError {
    fn from(cause: Cause) -> Self {
        Self { cause: Some(cause), ..Self::new(cause.code(), cause.public()) }
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.description)
    }
}

impl std::error::Error for OAuthError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_parameter_cannot_smuggle_bytes_into_the_description() {
        let error = OAuthError::repeated("state\r\nSet-Cookie: \"x");
        assert_eq!(error.description, "the parameter stateSetCookiex must not be repeated");
    }
}
