//! Why a client, a code or a token was refused. The client gets one sentence for a whole class of causes; the log, and
//! in development the client, gets the cause itself.

use crate::authorize::request_object::RequestObjectFault;
use crate::client::assertion::AssertionFault;
use crate::client::document_fault::ClientDocumentFault;
use crate::dpop::DpopFault;
use crate::error_code::ErrorCode;
use crate::id_jag::IdJagFault;

/// Why credentials, a code or a token were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectionCause {
    /// No client of this id.
    UnknownClient,
    /// The client is disabled.
    ClientDisabled,
    /// The secret is not one of the client's.
    WrongSecret,
    /// A confidential client sent no secret.
    MissingSecret,
    /// A public client sent a secret.
    UnexpectedSecret,
    /// The secret was sent by another method than the client is registered for.
    OtherAuthMethod,
    /// Nothing in the request names a client.
    NoClientNamed,
    /// The Authorization header cannot be read.
    UnreadableAuthorization,
    /// The client proves itself by a certificate and presented none.
    MissingCertificate,
    /// The certificate is not the client's.
    WrongCertificate,
    /// No authority of the operator vouches for the certificate now.
    UntrustedCertificate,
    /// The client assertion is invalid.
    Assertion(AssertionFault),
    /// The `client_id` is a URL without a usable metadata document.
    ClientDocument(ClientDocumentFault),
    /// The request object is invalid.
    RequestObject(RequestObjectFault),
    /// The `request_uri` is not registered.
    UnregisteredRequestUri,
    /// The pushed request is unknown, expired, used, or of another client.
    UnknownPushedRequest,
    /// The proof of possession is invalid.
    Dpop(DpopFault),
    /// The code or refresh token is bound to another key.
    BoundToOtherKey,
    /// A public client requested introspection.
    PublicClient,
    /// Usher did not issue the code.
    UnknownCode,
    /// The code belongs to another client.
    CodeOfOtherClient,
    /// The code has expired.
    CodeExpired,
    /// The code was exchanged before.
    CodeSpent,
    /// The code was exchanged by the same request a moment ago.
    CodeRepeated,
    /// The redirect URI is not that of the authorization request.
    OtherRedirectUri,
    /// The PKCE verifier is missing, wrong, or was never asked for.
    WrongVerifier,
    /// The session of the code has ended, or the user is disabled.
    SignInOver,
    /// The consent for the code was withdrawn.
    ConsentWithdrawn,
    /// Usher did not issue the device code.
    UnknownDeviceCode,
    /// The device code belongs to another client.
    DeviceCodeOfOtherClient,
    /// The device code has expired.
    DeviceCodeExpired,
    /// The person denied the device.
    DeviceDenied,
    /// The signed CIBA request is invalid.
    CibaRequestObject(RequestObjectFault),
    /// Usher did not issue the `auth_req_id`.
    UnknownAuthReqId,
    /// The `auth_req_id` belongs to another client.
    AuthReqIdOfOtherClient,
    /// The `auth_req_id` has expired.
    AuthReqIdExpired,
    /// The person denied the CIBA request.
    CibaDenied,
    /// The ID-JAG is invalid.
    IdJag(IdJagFault),
    /// Usher did not issue the refresh token.
    UnknownRefreshToken,
    /// The refresh token belongs to another client.
    RefreshTokenOfOtherClient,
    /// The grant was revoked or has expired.
    GrantOver,
    /// Another process of the client replaced the refresh token first.
    RefreshTokenLate,
    /// The refresh token was replaced, and the newer one is in use.
    RefreshTokenReused,
    /// Usher did not sign the access token.
    UnknownAccessToken,
    /// No initial access token came with a registration.
    NoInitialToken,
    /// The initial access token is unknown, has expired, or has registered as many clients as it may.
    UnknownInitialToken,
    /// The registration access token is unknown, was replaced, or its client is disabled or deleted.
    UnknownRegistrationToken,
    /// The access token has another audience.
    OtherAudience,
    /// The access token has expired.
    AccessTokenExpired,
    /// The access token or its grant was revoked, or the user is disabled.
    AccessTokenRevoked,
    /// The access token is bound to a key and was sent as a bearer token.
    AccessTokenBound,
    /// The access token is bound to a certificate, and the sender presented none or another one.
    AccessTokenOfOtherCertificate,
    /// The access token is bound to no key and was sent with a proof.
    AccessTokenUnbound,
    /// The client is not registered for the grant type.
    GrantNotAllowed(&'static str),
    /// The client is not registered for the scope.
    ScopeNotAllowed(&'static str),
    /// The client must use PKCE, and the request has no challenge.
    ChallengeMissing,
    /// The method of the challenge is not S256.
    ChallengeMethod,
    /// The redirect URI of a pushed request is not registered.
    UnregisteredRedirectUri,
    /// A pushed request has no redirect URI, and needs one.
    RedirectUriMissing,
    /// The client must push its requests.
    NotPushed,
    /// The client must sign its requests.
    NotSigned,
}

impl RejectionCause {
    /// The error code for the client.
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::UnknownClient
            | Self::ClientDisabled
            | Self::WrongSecret
            | Self::MissingSecret
            | Self::UnexpectedSecret
            | Self::OtherAuthMethod
            | Self::NoClientNamed
            | Self::UnreadableAuthorization
            | Self::MissingCertificate
            | Self::WrongCertificate
            | Self::UntrustedCertificate
            | Self::Assertion(_)
            | Self::ClientDocument(_)
            | Self::PublicClient => ErrorCode::InvalidClient,
            Self::UnknownAccessToken
            | Self::NoInitialToken
            | Self::UnknownInitialToken
            | Self::UnknownRegistrationToken
            | Self::OtherAudience
            | Self::AccessTokenExpired
            | Self::AccessTokenRevoked
            | Self::AccessTokenBound
            | Self::AccessTokenOfOtherCertificate
            | Self::AccessTokenUnbound => ErrorCode::InvalidToken,
            Self::DeviceCodeExpired | Self::AuthReqIdExpired => ErrorCode::ExpiredToken,
            Self::DeviceDenied | Self::CibaDenied => ErrorCode::AccessDenied,
            Self::CibaRequestObject(_)
            | Self::ChallengeMissing
            | Self::ChallengeMethod
            | Self::UnregisteredRedirectUri
            | Self::RedirectUriMissing
            | Self::NotPushed
            | Self::NotSigned => ErrorCode::InvalidRequest,
            Self::GrantNotAllowed(_) => ErrorCode::UnauthorizedClient,
            Self::ScopeNotAllowed(_) => ErrorCode::InvalidScope,
            Self::RequestObject(_) => ErrorCode::InvalidRequestObject,
            Self::UnregisteredRequestUri | Self::UnknownPushedRequest => ErrorCode::InvalidRequestUri,
            Self::Dpop(fault) => fault.code(),
            _ => ErrorCode::InvalidGrant,
        }
    }

    /// Whether it may be an attempt to guess or forge credentials of a client, which is counted.
    pub const fn is_forgery(self) -> bool {
        match self {
            Self::WrongSecret | Self::UnknownClient | Self::WrongCertificate => true,
            Self::Assertion(fault) => fault.is_forgery(),
            _ => false,
        }
    }

    /// Whether the client may read the exact sentence in production: it tells only what its registration says.
    const fn is_open(self) -> bool {
        matches!(
            self,
            Self::GrantNotAllowed(_)
                | Self::ScopeNotAllowed(_)
                | Self::ChallengeMissing
                | Self::ChallengeMethod
                | Self::UnregisteredRedirectUri
                | Self::RedirectUriMissing
                | Self::NotPushed
                | Self::NotSigned
        )
    }

    /// The sentence for the client in production: the same for every cause of one error code that says more than the
    /// registration of the client does.
    pub const fn public(self) -> &'static str {
        if self.is_open() {
            return self.sentence();
        }
        match self.code() {
            ErrorCode::InvalidClient => "the client is unknown or its authentication failed",
            ErrorCode::InvalidToken => "the access token is invalid, expired or revoked",
            ErrorCode::ExpiredToken => "the device_code or auth_req_id has expired",
            ErrorCode::InvalidRequest => "the signed request is missing or invalid",
            ErrorCode::AccessDenied => "the person denied the request",
            ErrorCode::InvalidRequestObject => "the request object is invalid",
            ErrorCode::InvalidRequestUri => "the request_uri is not registered, unknown, expired or was used",
            ErrorCode::InvalidDpopProof => "the DPoP proof is missing or invalid",
            ErrorCode::UseDpopNonce => "the DPoP proof must have a fresh nonce of this server",
            _ => "the grant is invalid, expired, revoked or was issued to another client",
        }
    }

    /// The cause in one sentence, for the log and for developers. It contains nothing of the request.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::UnknownClient => "no client has this client_id",
            Self::ClientDisabled => "the client is disabled",
            Self::WrongSecret => "the client secret is wrong or has expired",
            Self::MissingSecret => "the client is confidential and sent no secret",
            Self::UnexpectedSecret => "the client is public and must not send a secret",
            Self::OtherAuthMethod => "the client is registered for another token_endpoint_auth_method",
            Self::NoClientNamed => "the request names no client",
            Self::UnreadableAuthorization => "the Authorization header is not HTTP Basic with a client_id and a secret",
            Self::MissingCertificate => "the client must present its certificate, and the connection has none",
            Self::WrongCertificate => "the certificate is not the one that the client is registered with",
            Self::UntrustedCertificate => {
                "the certificate has expired, or was not issued for a client by an authority in mtls.ca"
            }
            Self::Assertion(fault) => fault.sentence(),
            Self::ClientDocument(fault) => fault.sentence(),
            Self::RequestObject(fault) | Self::CibaRequestObject(fault) => fault.sentence(),
            Self::UnregisteredRequestUri => "the request_uri is not one of the client's request_uris",
            Self::UnknownPushedRequest => {
                "the pushed request is unknown, has expired, was used, or is that of another client"
            }
            Self::Dpop(fault) => fault.sentence(),
            Self::BoundToOtherKey => {
                "the code or refresh token is bound to another key or certificate than that of the request"
            }
            Self::PublicClient => "a public client may not introspect tokens",
            Self::UnknownCode => "the code was not issued by this server, or was altered on the way",
            Self::CodeOfOtherClient => "the code was issued to another client",
            Self::CodeExpired => "the code has expired",
            Self::CodeSpent => "the code was exchanged before, so its grant was revoked",
            Self::CodeRepeated => "the code was exchanged by the same request a moment ago",
            Self::OtherRedirectUri => "redirect_uri differs from that of the authorization request",
            Self::WrongVerifier => "code_verifier does not match the code_challenge of the authorization request",
            Self::SignInOver => {
                "the session is over, the user is disabled, or the code was sent with too many wrong verifiers"
            }
            Self::ConsentWithdrawn => "the user has withdrawn the consent that the code was issued under",
            Self::UnknownDeviceCode => "the device code was not issued by this server, or expired days ago",
            Self::DeviceCodeOfOtherClient => "the device code was issued to another client",
            Self::DeviceCodeExpired => "the device code expired before the person answered, or before the device asked",
            Self::DeviceDenied => "the person denied the request of the device",
            Self::UnknownAuthReqId => "the auth_req_id was not issued by this server, or expired days ago",
            Self::AuthReqIdOfOtherClient => "the auth_req_id was issued to another client",
            Self::AuthReqIdExpired => "the auth_req_id expired before the person answered, or before the client asked",
            Self::CibaDenied => "the person denied the CIBA request",
            Self::IdJag(fault) => fault.sentence(),
            Self::UnknownRefreshToken => "the refresh token was not issued by this server, or was altered on the way",
            Self::RefreshTokenOfOtherClient => "the refresh token was issued to another client",
            Self::GrantOver => "the grant was revoked or has expired",
            Self::RefreshTokenLate => "the refresh token was replaced a moment ago: use the newest one",
            Self::RefreshTokenReused => {
                "the refresh token was replaced and the newer one is in use, so the grant was revoked"
            }
            Self::UnknownAccessToken => "the access token was not issued by this server, or was altered on the way",
            Self::NoInitialToken => "registration needs an initial access token of a project",
            Self::UnknownInitialToken => {
                "the initial access token is unknown, has expired, or has registered as many clients as it may"
            }
            Self::UnknownRegistrationToken => {
                "the registration access token is unknown or was replaced, or its client is disabled or deleted"
            }
            Self::OtherAudience => "the access token was issued for another audience",
            Self::AccessTokenExpired => "the access token has expired",
            Self::AccessTokenRevoked => "the access token or its grant was revoked, or the user is disabled",
            Self::AccessTokenBound => "the access token is bound to a key and was sent without a proof of it",
            Self::AccessTokenOfOtherCertificate => {
                "the access token is bound to a certificate that the sender did not present"
            }
            Self::AccessTokenUnbound => "the access token is bound to no key: send it as a bearer token",
            Self::GrantNotAllowed(why) | Self::ScopeNotAllowed(why) => why,
            Self::ChallengeMissing => "code_challenge is missing: this client must use PKCE",
            Self::ChallengeMethod => "code_challenge_method must be S256",
            Self::UnregisteredRedirectUri => "the redirect_uri is not registered",
            Self::RedirectUriMissing => "redirect_uri is missing",
            Self::NotPushed => "this client must push its authorization requests",
            Self::NotSigned => "this client must sign its authorization requests",
        }
    }
}
