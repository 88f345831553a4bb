//! The messages of forms that are no refusals of a use case (those are in `crates/accounts/src/rejected.rs`): what a form
//! itself finds, and what was done.

use usher_i18n::{Arg, Lang};

/// A message, independent of the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The account is disabled.
    AccountDisabled,
    /// The user must authenticate again.
    ProveItIsYou,
    /// A user without a password must authenticate again by other means.
    ShowItIsYou,
    /// The sign-in expired and was restarted.
    SignInRestarted,
    /// The consent expired and is asked again.
    ConsentRestarted,
    /// A new email was sent.
    CodeSent,
    /// No email was sent: too many went to the address.
    EmailNotSent,
    /// The address is verified.
    EmailVerified,
    /// The address of a registration is not verified yet.
    NotProvenYet,
    /// The new password is set: sign in with it.
    PasswordRenewed,
    /// A field that must be filled in.
    Required,
    /// The user has authenticated again, and must repeat the change.
    RepeatChange,
    /// The new password equals the old one.
    PasswordSame,
    /// The factors are frozen for a day after "this wasn't me".
    Frozen,
    /// The application's access was removed.
    AccessRemoved,
    /// The address was changed.
    EmailChanged,
    /// The password was changed.
    PasswordChanged,
    /// The profile was saved.
    ProfileSaved,
    /// A provider was linked.
    IdentityLinked,
    /// A provider was unlinked.
    IdentityUnlinked,
    /// Two accounts were merged.
    AccountsMerged,
    /// A merge was undone.
    MergeUndone,
    /// The account would have no sign-in method left.
    LastWayIn,
    /// One session was ended.
    SessionEnded,
    /// All other sessions were ended.
    OtherSessionsEnded,
    /// A passkey was added.
    PasskeyAdded,
    /// A factor was changed.
    FactorChanged,
    /// A browser is no longer exempt from the second factor.
    BrowserForgotten,
    /// No type was chosen for a client.
    ClientKindMissing,
    /// A client of this type needs a redirect URI.
    RedirectUriMissing,
    /// The redirect URI is invalid.
    RedirectUriInvalid {
        /// The invalid line.
        uri: String,
    },
    /// The client was created or changed.
    ClientSaved,
    /// The client's secret was rotated.
    SecretRotated,
    /// The client was disabled.
    ClientDisabled,
    /// The client was enabled.
    ClientEnabled,
    /// The client was deleted.
    ClientDeleted,
    /// The project was created.
    ProjectCreated,
}

impl Message {
    /// The text in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::RedirectUriInvalid { uri } => {
                lang.text_with("message-redirect-uri-invalid", &[("uri", Arg::Text(uri))])
            }
            plain => lang.text(plain.key()),
        }
    }

    fn key(&self) -> &'static str {
        match self {
            Self::AccountDisabled => "message-account-disabled",
            Self::ProveItIsYou => "message-prove-it-is-you",
            Self::ShowItIsYou => "message-show-it-is-you",
            Self::SignInRestarted => "message-sign-in-restarted",
            Self::ConsentRestarted => "message-consent-restarted",
            Self::CodeSent => "message-code-sent",
            Self::EmailNotSent => "message-email-not-sent",
            Self::EmailVerified => "message-email-verified",
            Self::NotProvenYet => "message-not-proven-yet",
            Self::PasswordRenewed => "message-password-renewed",
            Self::Required => "message-required",
            Self::RepeatChange => "message-repeat-change",
            Self::PasswordSame => "message-password-same",
            Self::Frozen => "message-frozen",
            Self::AccessRemoved => "message-access-removed",
            Self::EmailChanged => "message-email-changed",
            Self::PasswordChanged => "message-password-changed",
            Self::ProfileSaved => "message-profile-saved",
            Self::IdentityLinked => "identities-done-linked",
            Self::IdentityUnlinked => "identities-done-unlinked",
            Self::AccountsMerged => "identities-done-merged",
            Self::MergeUndone => "identities-done-undone",
            Self::LastWayIn => "identities-last-way",
            Self::SessionEnded => "message-session-ended",
            Self::OtherSessionsEnded => "message-other-sessions-ended",
            Self::PasskeyAdded => "message-passkey-added",
            Self::FactorChanged => "message-factor-changed",
            Self::BrowserForgotten => "message-browser-forgotten",
            Self::ClientKindMissing => "message-client-kind-missing",
            Self::RedirectUriMissing => "message-redirect-uri-missing",
            Self::RedirectUriInvalid { .. } => "message-redirect-uri-invalid",
            Self::ClientSaved => "message-client-saved",
            Self::SecretRotated => "message-secret-rotated",
            Self::ClientDisabled => "message-client-disabled",
            Self::ClientEnabled => "message-client-enabled",
            Self::ClientDeleted => "message-client-deleted",
            Self::ProjectCreated => "message-project-created",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_quotes_what_was_typed() {
        let text = Message::RedirectUriInvalid { uri: "http://a.test/#x".into() }.text(Lang::Uk);
        assert!(text.contains("http://a.test/#x"), "{text}");
    }
}
