//! Why a sign-in at a provider failed.

use usher_http_client::OutboundError;

/// A failed sign-in at a provider. It never contains a secret, token or address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// The person declined.
    #[error("the person declined")]
    Denied,
    /// The provider is down, slow or overloaded: retrying may help.
    #[error("the provider is not available: {0}")]
    Unavailable(UpstreamCause),
    /// The provider, or somebody in between, sent something invalid.
    #[error("the provider's answer is not to be trusted: {0}")]
    Misbehaved(UpstreamCause),
    /// The provider does not accept our registration: the operator must check it.
    #[error("the provider does not accept our settings: {0}")]
    Misconfigured(UpstreamCause),
    /// The operator does not admit this person through this provider.
    #[error("this account may not sign in here: {0}")]
    NotAllowed(UpstreamCause),
    /// The code was used or has expired: start again.
    #[error("the code was spent or has expired")]
    Replayed,
    /// The callback cannot be read. It may not come from a provider at all.
    #[error("the callback is malformed: {0}")]
    Malformed(&'static str),
    /// The response does not belong to a flow of this browser.
    #[error("the answer belongs to no flow of this browser")]
    StateMismatch,
    /// The provider does not send such notifications.
    #[error("this provider sends no such notice")]
    NoSuchNotice,
}

/// A private cause: text of ours, and at most an error code of the provider that has only letters, digits and `_-.`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamCause {
    words: &'static str,
    code: Option<String>,
}

impl std::fmt::Display for UpstreamCause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.words)?;
        self.code.as_ref().map_or(Ok(()), |code| write!(f, " ({code})"))
    }
}

impl From<&'static str> for UpstreamCause {
    fn from(words: &'static str) -> Self {
        Self { words, code: None }
    }
}

impl UpstreamCause {
    /// Our text with the provider's error code, reduced to permitted characters.
    pub fn with(words: &'static str, code: &str) -> Self {
        let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        Self { words, code: Some(code.chars().filter(plain).take(64).collect()) }
    }
}

impl UpstreamError {
    /// The public name, for pages, events and metrics.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Unavailable(_) => "unavailable",
            Self::Misbehaved(_) => "misbehaved",
            Self::Misconfigured(_) => "misconfigured",
            Self::NotAllowed(_) => "not_allowed",
            Self::Replayed => "replayed",
            Self::StateMismatch => "state_mismatch",
            Self::Malformed(_) => "malformed",
            Self::NoSuchNotice => "no_such_notice",
        }
    }

    /// Whether retrying may help, without any change.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Replayed)
    }

    pub(super) fn misbehaved(words: &'static str) -> Self {
        Self::Misbehaved(words.into())
    }

    pub(super) fn misconfigured(words: &'static str) -> Self {
        Self::Misconfigured(words.into())
    }

    /// The meaning of an error code, at the token endpoint (RFC 6749 §5.2) and in the callback (§4.1.2.1).
    pub(super) fn of_code(code: &str) -> Self {
        match code {
            "access_denied" | "user_cancelled_authorize" | "user_denied" | "consent_required" => Self::Denied,
            "invalid_grant" | "bad_verification_code" => Self::Replayed,
            "temporarily_unavailable" | "server_error" | "slow_down" => {
                Self::Unavailable(UpstreamCause::with("it says so", code))
            }
            "unverified_user_email" => Self::NotAllowed(UpstreamCause::with("it says so", code)),
            "invalid_client"
            | "unauthorized_client"
            | "incorrect_client_credentials"
            | "redirect_uri_mismatch"
            | "unsupported_grant_type"
            | "unsupported_response_type"
            | "invalid_scope"
            | "invalid_request"
            | "application_suspended" => Self::Misconfigured(UpstreamCause::with("it says so", code)),
            other => Self::Misbehaved(UpstreamCause::with("it answered with an error", other)),
        }
    }
}

impl From<OutboundError> for UpstreamError {
    fn from(error: OutboundError) -> Self {
        match error {
            OutboundError::Rejected => Self::misconfigured("its address may not be called"),
            OutboundError::Unreachable => Self::Unavailable("it cannot be reached".into()),
            OutboundError::TooSlow => Self::Unavailable("it took too long".into()),
            OutboundError::TooLarge => Self::misbehaved("its answer is too large"),
            OutboundError::Setup => Self::misconfigured("the extra certificates cannot be read"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_the_provider_brings_no_text_of_its_own() {
        let error = UpstreamError::of_code("<b>ana@x.test\r\nok");
        assert_eq!(
            error.to_string(),
            "the provider's answer is not to be trusted: it answered with an error (banax.testok)"
        );
        assert!(UpstreamError::of_code(&"x".repeat(5000)).to_string().len() < 200);
        assert_eq!(UpstreamError::of_code("access_denied"), UpstreamError::Denied);
        assert_eq!(UpstreamError::of_code("invalid_grant").word(), "replayed");
        assert_eq!(UpstreamError::of_code("incorrect_client_credentials").word(), "misconfigured");
    }
}
