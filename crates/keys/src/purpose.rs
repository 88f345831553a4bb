//! The purposes of sealed values. A new purpose is a variant, an item of the list and a label.

/// The purpose of a sealed value. Its label is part of every derived key and must never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The private half of a signing key.
    SigningKey,
    /// An authorization code.
    AuthorizationCode,
    /// An authorization request in progress, in a URL.
    Interaction,
    /// A refresh token.
    RefreshToken,
    /// A pushed authorization request.
    PushedRequest,
    /// A device code.
    DeviceCode,
    /// A mailed code or link.
    Proof,
    /// A queued email.
    EmailMessage,
    /// A session's cookie.
    Session,
    /// A form token against cross-site requests.
    FormToken,
    /// Data about the last sign-in, in the browser.
    BrowserHint,
    /// A second factor's seed.
    SecondFactor,
    /// The secret issued by an upstream provider.
    UpstreamSecret,
    /// A sign-in in progress at an upstream provider.
    UpstreamState,
    /// A webhook's signing secret.
    WebhookSecret,
    /// A cursor of a list.
    Cursor,
    /// The secret a client authenticates with.
    ClientSecret,
    /// A subject identifier of one sector (OpenID Connect Core §8.1).
    PairwiseSubject,
    /// A sign-in that requires a second step, in the browser.
    PendingSignIn,
    /// A passkey ceremony, in a page.
    Ceremony,
    /// The stored answer of an idempotent request.
    RepeatedAnswer,
    /// A secret on its way to the page that shows it once.
    ShownOnce,
    /// The id of an answered authorization request, in the browser.
    AnsweredRequest,
    /// The result of a recovery, for the page that shows it.
    Recovered,
    /// The line that proves that a host is a project's.
    HostProof,
    /// An opaque access token.
    AccessToken,
    /// A nonce for proofs of possession.
    DpopNonce,
    /// What a client is called with when a person has answered its CIBA request.
    CibaPing,
    /// The network that a recorded attempt came from.
    AttemptSource,
    /// A part of an imported file, and whom its rows are about.
    ImportFile,
}

impl Purpose {
    /// Every purpose, in declaration order.
    pub const ALL: [Self; 30] = [
        Self::SigningKey,
        Self::AuthorizationCode,
        Self::Interaction,
        Self::RefreshToken,
        Self::PushedRequest,
        Self::DeviceCode,
        Self::Proof,
        Self::EmailMessage,
        Self::Session,
        Self::FormToken,
        Self::BrowserHint,
        Self::SecondFactor,
        Self::UpstreamSecret,
        Self::UpstreamState,
        Self::WebhookSecret,
        Self::Cursor,
        Self::ClientSecret,
        Self::PairwiseSubject,
        Self::PendingSignIn,
        Self::Ceremony,
        Self::RepeatedAnswer,
        Self::ShownOnce,
        Self::AnsweredRequest,
        Self::Recovered,
        Self::HostProof,
        Self::AccessToken,
        Self::DpopNonce,
        Self::CibaPing,
        Self::AttemptSource,
        Self::ImportFile,
    ];

    /// The label used in key derivation.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::SigningKey => "signing-key",
            Self::AuthorizationCode => "authorization-code",
            Self::Interaction => "interaction",
            Self::RefreshToken => "refresh-token",
            Self::PushedRequest => "pushed-request",
            Self::DeviceCode => "device-code",
            Self::Proof => "proof",
            Self::EmailMessage => "letter",
            Self::Session => "session",
            Self::FormToken => "form-token",
            Self::BrowserHint => "browser-hint",
            Self::SecondFactor => "second-factor",
            Self::UpstreamSecret => "upstream-secret",
            Self::UpstreamState => "upstream-state",
            Self::WebhookSecret => "webhook-secret",
            Self::Cursor => "cursor",
            Self::ClientSecret => "client-secret",
            Self::PairwiseSubject => "pairwise-subject",
            Self::PendingSignIn => "pending-sign-in",
            Self::Ceremony => "ceremony",
            Self::RepeatedAnswer => "repeated-answer",
            Self::ShownOnce => "shown-once",
            Self::AnsweredRequest => "answered-request",
            Self::Recovered => "recovered",
            Self::HostProof => "host-proof",
            Self::AccessToken => "access-token",
            Self::DpopNonce => "dpop-nonce",
            Self::CibaPing => "ciba-ping",
            Self::AttemptSource => "attempt-source",
            Self::ImportFile => "import-file",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_has_its_own_label_and_place() {
        let labels: std::collections::BTreeSet<_> = Purpose::ALL.iter().map(|purpose| purpose.label()).collect();
        assert_eq!(labels.len(), Purpose::ALL.len());
        for (place, purpose) in Purpose::ALL.into_iter().enumerate() {
            assert_eq!(purpose as usize, place);
        }
    }
}
