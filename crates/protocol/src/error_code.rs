//! OAuth error codes, from their registries.

/// An error code of RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7591 §3.2.2, RFC 8628 §3.5, RFC 8707 §2, RFC 9101 §7,
/// RFC 9449 §12.2, OpenID Connect Core §3.1.2.6, CIBA Core §13.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// A parameter is missing, repeated or malformed.
    InvalidRequest,
    /// The client is unknown or did not authenticate.
    InvalidClient,
    /// The code or refresh token is not valid.
    InvalidGrant,
    /// The client may not use this grant type.
    UnauthorizedClient,
    /// The grant type is not supported.
    UnsupportedGrantType,
    /// The scope is malformed or more than the client may request.
    InvalidScope,
    /// Only `code` is supported.
    UnsupportedResponseType,
    /// The person or a rule denied the request.
    AccessDenied,
    /// An error of the server.
    ServerError,
    /// The server is overloaded.
    TemporarilyUnavailable,
    /// `prompt=none`, and nobody is signed in.
    LoginRequired,
    /// `prompt=none`, and consent is missing.
    ConsentRequired,
    /// `prompt=none`, and a page would be necessary.
    InteractionRequired,
    /// `prompt=none`, and an account would have to be chosen.
    AccountSelectionRequired,
    /// The request object is not valid.
    InvalidRequestObject,
    /// The `request_uri` is unknown, expired or was used.
    InvalidRequestUri,
    /// `registration` is not supported.
    RegistrationNotSupported,
    /// The requested resource (RFC 8707) is unknown.
    InvalidTarget,
    /// The access token is not valid.
    InvalidToken,
    /// The DPoP proof is not valid.
    InvalidDpopProof,
    /// The DPoP proof needs a nonce of this server.
    UseDpopNonce,
    /// The access token has not the required scope.
    InsufficientScope,
    /// The requested authentication context cannot be reached.
    UnmetAuthenticationRequirements,
    /// The person has not answered the device yet: ask again after the interval.
    AuthorizationPending,
    /// As above, and the device asks too often: its interval grew by five seconds.
    SlowDown,
    /// The code of the device, or the CIBA request, has expired.
    ExpiredToken,
    /// The hint of a CIBA request names nobody (CIBA Core §13).
    UnknownUserId,
    /// The binding message of a CIBA request cannot be shown (CIBA Core §13).
    InvalidBindingMessage,
    /// A redirect URI of a registration is invalid (RFC 7591 §3.2.2).
    InvalidRedirectUri,
    /// Another member of a registration is invalid (RFC 7591 §3.2.2).
    InvalidClientMetadata,
}

impl ErrorCode {
    /// The code on the wire.
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
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidToken => "invalid_token",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::InsufficientScope => "insufficient_scope",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
            Self::UnknownUserId => "unknown_user_id",
            Self::InvalidBindingMessage => "invalid_binding_message",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
        }
    }
}
