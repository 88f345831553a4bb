//! What values are sealed for. A new purpose is a variant, a place in the list and a label.

/// What a value is sealed for. Its label is part of every key derived for it and must never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The private half of a signing key.
    SigningKey,
    /// An authorization code.
    AuthorizationCode,
    /// A sign-in in progress, carried by the browser.
    Interaction,
    /// A refresh token.
    RefreshToken,
    /// A pushed authorization request's `request_uri`.
    PushedRequest,
    /// A device code.
    DeviceCode,
    /// A mailed code or link.
    Proof,
    /// A letter waiting to be sent.
    Letter,
    /// A session's cookie.
    Session,
    /// A form's own token against cross-site posts.
    FormToken,
    /// What a browser remembers of the last sign-in.
    BrowserHint,
    /// A second factor's seed.
    SecondFactor,
    /// The secret an upstream provider gave us.
    UpstreamSecret,
    /// A sign-in that is away at an upstream provider.
    UpstreamState,
    /// A webhook's signing secret.
    WebhookSecret,
    /// A place in a list.
    Cursor,
    /// The secret a client authenticates with.
    ClientSecret,
    /// A subject identifier of one sector (OpenID Connect Core §8.1).
    PairwiseSubject,
    /// A sign-in that waits for its second step, carried by the browser.
    PendingSignIn,
    /// A ceremony of a passkey, carried by the page.
    Ceremony,
    /// The answer to a request that may be sent again.
    RepeatedAnswer,
    /// A secret on its way to the one page that shows it.
    ShownOnce,
    /// The mark of an authorization request that was answered, kept by the browser.
    AnsweredRequest,
    /// What a recovery came to, for the page that says so.
    Recovered,
}

impl Purpose {
    /// Every purpose, in the order of declaration.
    pub const ALL: [Self; 24] = [
        Self::SigningKey,
        Self::AuthorizationCode,
        Self::Interaction,
        Self::RefreshToken,
        Self::PushedRequest,
        Self::DeviceCode,
        Self::Proof,
        Self::Letter,
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
    ];

    /// The name that goes into the derivation.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::SigningKey => "signing-key",
            Self::AuthorizationCode => "authorization-code",
            Self::Interaction => "interaction",
            Self::RefreshToken => "refresh-token",
            Self::PushedRequest => "pushed-request",
            Self::DeviceCode => "device-code",
            Self::Proof => "proof",
            Self::Letter => "letter",
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
