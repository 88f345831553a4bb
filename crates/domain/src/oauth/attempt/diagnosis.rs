//! Which step of an attempt an error belongs to, and the section of the specification that it follows: one table.

use super::{AttemptKind, AttemptStep};
use usher_protocol::cause::RejectionCause;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;

/// Where an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Diagnosis {
    /// The step.
    pub step: AttemptStep,
    /// The section of the specification, for example `RFC 6749 §5.2`.
    pub spec: &'static str,
}

/// The diagnosis of an error at an endpoint.
pub fn diagnose(kind: AttemptKind, error: &OAuthError) -> Diagnosis {
    let (step, spec) = match error.cause() {
        Some(cause) => by_cause(cause),
        None => by_code(kind, error.code),
    };
    Diagnosis { step, spec }
}

/// Every cause has its row.
const fn by_cause(cause: RejectionCause) -> (AttemptStep, &'static str) {
    use AttemptStep as Step;
    use RejectionCause as Cause;
    match cause {
        Cause::UnknownClient
        | Cause::ClientDisabled
        | Cause::WrongSecret
        | Cause::MissingSecret
        | Cause::UnexpectedSecret
        | Cause::OtherAuthMethod
        | Cause::UnreadableAuthorization => (Step::Client, "RFC 6749 §2.3"),
        Cause::NoClientNamed => (Step::Client, "RFC 6749 §3.2.1"),
        Cause::MissingCertificate | Cause::WrongCertificate | Cause::UntrustedCertificate => {
            (Step::Client, "RFC 8705 §2")
        }
        Cause::Assertion(_) => (Step::Client, "RFC 7523 §3"),
        Cause::ClientDocument(_) => (Step::Client, "RFC 7591 §2"),
        Cause::PublicClient => (Step::Client, "RFC 7662 §2.1"),
        Cause::RequestObject(_) | Cause::UnregisteredRequestUri => (Step::RequestObject, "RFC 9101 §6"),
        Cause::CibaRequestObject(_) => (Step::RequestObject, "CIBA Core §7.1.1"),
        Cause::UnknownPushedRequest => (Step::RequestObject, "RFC 9126 §4"),
        Cause::NotPushed => (Step::Request, "RFC 9126 §5"),
        Cause::NotSigned => (Step::Request, "RFC 9101 §10.5"),
        Cause::Dpop(_) => (Step::Proof, "RFC 9449 §4.3"),
        Cause::BoundToOtherKey => (Step::Proof, "RFC 9449 §5"),
        Cause::UnknownCode | Cause::CodeOfOtherClient | Cause::CodeExpired => (Step::Credential, "RFC 6749 §4.1.3"),
        Cause::OtherRedirectUri => (Step::RedirectUri, "RFC 6749 §4.1.3"),
        Cause::WrongVerifier => (Step::Pkce, "RFC 7636 §4.6"),
        Cause::ChallengeMissing => (Step::Pkce, "RFC 9700 §2.1.1"),
        Cause::ChallengeMethod => (Step::Pkce, "RFC 7636 §4.3"),
        Cause::UnregisteredRedirectUri => (Step::RedirectUri, "RFC 9700 §2.1"),
        Cause::RedirectUriMissing => (Step::RedirectUri, "RFC 6749 §3.1.2.3"),
        Cause::CodeSpent | Cause::CodeRepeated => (Step::Redemption, "RFC 6749 §4.1.2"),
        Cause::SignInOver => (Step::Session, "RFC 6749 §5.2"),
        Cause::ConsentWithdrawn => (Step::Consent, "RFC 6749 §5.2"),
        Cause::UnknownDeviceCode | Cause::DeviceCodeOfOtherClient | Cause::DeviceCodeExpired => {
            (Step::Credential, "RFC 8628 §3.5")
        }
        Cause::DeviceDenied => (Step::Consent, "RFC 8628 §3.5"),
        Cause::UnknownAuthReqId | Cause::AuthReqIdOfOtherClient | Cause::AuthReqIdExpired => {
            (Step::Credential, "CIBA Core §11")
        }
        Cause::IdJag(_) => (Step::Credential, "RFC 7523 §3.1"),
        Cause::CibaDenied => (Step::Consent, "CIBA Core §11"),
        Cause::UnknownRefreshToken | Cause::RefreshTokenOfOtherClient | Cause::GrantOver => {
            (Step::Credential, "RFC 6749 §6")
        }
        Cause::RefreshTokenLate | Cause::RefreshTokenReused => (Step::Redemption, "RFC 9700 §4.14.2"),
        Cause::UnknownAccessToken
        | Cause::OtherAudience
        | Cause::AccessTokenExpired
        | Cause::AccessTokenRevoked
        | Cause::AccessTokenBound
        | Cause::AccessTokenOfOtherCertificate
        | Cause::AccessTokenUnbound => (Step::Credential, "RFC 6750 §3.1"),
        Cause::NoInitialToken | Cause::UnknownInitialToken | Cause::UnknownRegistrationToken => {
            (Step::Credential, "RFC 7591 §3")
        }
        Cause::GrantNotAllowed(_) => (Step::GrantType, "RFC 7591 §2"),
        Cause::ScopeNotAllowed(_) => (Step::Scope, "RFC 6749 §3.3"),
    }
}

/// Errors that name no cause.
const fn by_code(kind: AttemptKind, code: ErrorCode) -> (AttemptStep, &'static str) {
    use AttemptStep as Step;
    match code {
        ErrorCode::InvalidClient => (Step::Client, "RFC 6749 §2.3"),
        ErrorCode::InvalidGrant => (Step::Credential, "RFC 6749 §5.2"),
        ErrorCode::UnauthorizedClient | ErrorCode::UnsupportedGrantType => (Step::GrantType, "RFC 6749 §5.2"),
        ErrorCode::UnsupportedResponseType => (Step::GrantType, "RFC 6749 §3.1.1"),
        ErrorCode::InvalidScope => (Step::Scope, "RFC 6749 §3.3"),
        ErrorCode::InvalidTarget => (Step::Scope, "RFC 8707 §2"),
        ErrorCode::AccessDenied => (Step::Consent, "RFC 6749 §4.1.2.1"),
        ErrorCode::ConsentRequired => (Step::Consent, "OpenID Connect Core §3.1.2.6"),
        ErrorCode::LoginRequired | ErrorCode::AccountSelectionRequired => {
            (Step::Session, "OpenID Connect Core §3.1.2.6")
        }
        ErrorCode::InteractionRequired => (Step::Policy, "OpenID Connect Core §3.1.2.6"),
        ErrorCode::UnmetAuthenticationRequirements => (Step::Policy, "RFC 9470 §5"),
        ErrorCode::InvalidRequestObject | ErrorCode::InvalidRequestUri => (Step::RequestObject, "RFC 9101 §6"),
        ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce => (Step::Proof, "RFC 9449 §4.3"),
        ErrorCode::ExpiredToken => (Step::Credential, "RFC 8628 §3.5"),
        ErrorCode::SlowDown => (Step::Request, "RFC 8628 §3.5"),
        ErrorCode::UnknownUserId | ErrorCode::InvalidBindingMessage => (Step::Request, "CIBA Core §13"),
        _ => (
            Step::Request,
            match kind {
                AttemptKind::Authorize => "RFC 6749 §4.1.1",
                AttemptKind::Token => "RFC 6749 §3.2",
                AttemptKind::PushedRequest => "RFC 9126 §2.1",
                AttemptKind::Device => "RFC 8628 §3.1",
                AttemptKind::Ciba => "CIBA Core §7.1",
                AttemptKind::Logout => "RP-Initiated Logout §2",
            },
        ),
    }
}

/// Where a section of a specification is published.
pub fn spec_url(section: &str) -> Option<String> {
    let (name, place) = section.split_once(" §")?;
    Some(match name.strip_prefix("RFC ") {
        Some(number) => format!("https://www.rfc-editor.org/rfc/rfc{number}#section-{place}"),
        None => match name {
            "OpenID Connect Core" => "https://openid.net/specs/openid-connect-core-1_0.html".to_owned(),
            "CIBA Core" => {
                "https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html".to_owned()
            }
            "RP-Initiated Logout" => "https://openid.net/specs/openid-connect-rpinitiated-1_0.html".to_owned(),
            _ => return None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::attempt::steps_of;
    use usher_protocol::client::assertion::AssertionFault;

    #[test]
    fn the_commonest_mistakes_are_found_at_their_step() {
        let step = |kind, cause: RejectionCause| diagnose(kind, &cause.into()).step;
        assert_eq!(step(AttemptKind::Token, RejectionCause::WrongSecret), AttemptStep::Client);
        assert_eq!(step(AttemptKind::Token, RejectionCause::WrongVerifier), AttemptStep::Pkce);
        assert_eq!(step(AttemptKind::Authorize, RejectionCause::ChallengeMissing), AttemptStep::Pkce);
        assert_eq!(step(AttemptKind::Authorize, RejectionCause::ScopeNotAllowed("")), AttemptStep::Scope);
        assert_eq!(step(AttemptKind::PushedRequest, RejectionCause::UnregisteredRedirectUri), AttemptStep::RedirectUri);
        let clock = RejectionCause::Assertion(AssertionFault::NotYetValid);
        assert_eq!(step(AttemptKind::Token, clock), AttemptStep::Client);
    }

    #[test]
    fn every_step_of_these_errors_is_a_step_of_the_endpoint() {
        let codes = [ErrorCode::LoginRequired, ErrorCode::ConsentRequired, ErrorCode::UnmetAuthenticationRequirements];
        for code in codes {
            let found = diagnose(AttemptKind::Authorize, &OAuthError::new(code, "x"));
            assert!(steps_of(AttemptKind::Authorize, None).contains(&found.step));
        }
    }

    #[test]
    fn every_section_has_a_url() {
        assert_eq!(
            spec_url("RFC 6749 §4.1.3").as_deref(),
            Some("https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3")
        );
        for kind in AttemptKind::ALL {
            let found = diagnose(*kind, &OAuthError::invalid_request("x"));
            assert!(spec_url(found.spec).is_some(), "{}", found.spec);
        }
    }
}
