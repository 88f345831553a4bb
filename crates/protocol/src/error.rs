//! OAuth errors: a registered code and a description for developers, without private data.

use std::borrow::Cow;
use std::fmt;

use crate::cause::RejectionCause;
use crate::error_code::ErrorCode;

/// An OAuth error. Its description is written by us, bounded in length, and contains nothing private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthError {
    /// The error code.
    pub code: ErrorCode,
    /// The description for the developer of the client (RFC 6749 §5.2 limits it to printable ASCII without `"` and
    /// `\`).
    pub description: Cow<'static, str>,
    /// The cause, if the description does not reveal it.
    cause: Option<RejectionCause>,
    /// The client, if it is known: for the log.
    client_id: Option<Box<str>>,
}

impl OAuthError {
    /// An error with its description.
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into(), cause: None, client_id: None }
    }

    /// The error with this client, unless it already names one.
    #[must_use]
    pub fn by(mut self, client_id: &str) -> Self {
        self.client_id.get_or_insert_with(|| client_id.into());
        self
    }

    /// The same refusal at an endpoint that has another code for it.
    #[must_use]
    pub fn answered(self, code: ErrorCode, description: &'static str) -> Self {
        Self { code, description: description.into(), ..self }
    }

    /// The client, if it is known.
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// The exact cause: for the log, and for developers in development mode.
    pub fn precise(&self) -> &str {
        match self.cause {
            Some(cause) => cause.sentence(),
            None => &self.description,
        }
    }

    /// The exact cause, if it has one.
    pub const fn cause(&self) -> Option<RejectionCause> {
        self.cause
    }

    /// Whether it indicates theft of a code or token.
    pub const fn is_alarming(&self) -> bool {
        matches!(self.cause, Some(RejectionCause::CodeSpent | RejectionCause::RefreshTokenReused))
    }

    /// Whether the request should have, or has, a proof of possession: the challenge names its scheme (RFC 9449 §7.1).
    pub const fn is_about_proof(&self) -> bool {
        matches!(self.cause, Some(RejectionCause::Dpop(_) | RejectionCause::AccessTokenBound))
    }

    /// A parameter is missing, repeated or malformed.
    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// A parameter was sent twice (RFC 6749 §3.1).
    pub fn repeated(name: &str) -> Self {
        // Names come from the request: keep only characters that a description may have.
        let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
        Self::invalid_request(format!("the parameter {name} must not be repeated"))
    }
}

impl From<RejectionCause> for OAuthError {
    fn from(cause: RejectionCause) -> Self {
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
