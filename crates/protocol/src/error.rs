//! The errors that OAuth speaks: a code from a registry, words for the developer, and nothing private.

use std::borrow::Cow;
use std::fmt;

use super::cause::Cause;

/// An error code of RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 8707 §2, OpenID Connect Core §3.1.2.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// A parameter is missing, repeated or malformed.
    InvalidRequest,
    /// The client is unknown or did not authenticate.
    InvalidClient,
    /// The code or refresh token is not (or no longer) good.
    InvalidGrant,
    /// The client may not use this grant type.
    UnauthorizedClient,
    /// Nobody here speaks this grant type.
    UnsupportedGrantType,
    /// The scope is malformed or beyond what the client may ask.
    InvalidScope,
    /// Only `code` is spoken.
    UnsupportedResponseType,
    /// The person or a rule said no.
    AccessDenied,
    /// The house is broken.
    ServerError,
    /// The house is busy.
    TemporarilyUnavailable,
    /// `prompt=none`, and nobody is signed in.
    LoginRequired,
    /// `prompt=none`, and consent is missing.
    ConsentRequired,
    /// `prompt=none`, and some page would have to be shown.
    InteractionRequired,
    /// `prompt=none`, and an account would have to be chosen.
    AccountSelectionRequired,
    /// `request` (RFC 9101) is not supported.
    RequestNotSupported,
    /// `request_uri` (RFC 9101) is not supported.
    RequestUriNotSupported,
    /// `registration` is not supported.
    RegistrationNotSupported,
    /// The requested resource (RFC 8707) is unknown.
    InvalidTarget,
    /// The access token is not (or no longer) good.
    InvalidToken,
    /// The access token does not reach this far.
    InsufficientScope,
    /// The requested authentication context cannot be met.
    UnmetAuthenticationRequirements,
}

impl ErrorCode {
    /// The code as it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
        }
    }
}

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
