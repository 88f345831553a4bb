//! The messages of forms, in one place, so that the same error always has the same text.

use usher_domain::email::EmailFault;
use usher_flows::CodeKind;
use usher_i18n::{Arg, Lang};

/// A message, independent of the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Unknown address or wrong password: one message for both, so that they cannot be distinguished.
    WrongCredentials,
    /// The account is disabled.
    AccountDisabled,
    /// Too many attempts.
    TooManyAttempts {
        /// Whole minutes to wait, at least 1.
        minutes: u32,
    },
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
    /// The code is wrong.
    CodeWrong(CodeKind),
    /// The code of the authenticator app was used already.
    CodeUsed,
    /// The code has expired or was used.
    CodeExpired,
    /// The address is verified.
    EmailVerified,
    /// The address of a registration is not verified yet.
    NotProvenYet,
    /// The new password is set: sign in with it.
    PasswordRenewed,
    /// Not an email address, or not one that is accepted.
    EmailRefused(EmailFault),
    /// The address has an account, and this is not its password.
    EmailTaken,
    /// A field that must be filled in.
    Required,
    /// The value is too long.
    TooLong {
        /// The maximum length.
        max: u32,
    },
    /// A line break or another control character in a line of text.
    ControlCharacters,
    /// The password is too short.
    PasswordShort {
        /// The minimum length.
        min: u32,
    },
    /// A common password.
    PasswordCommon,
    /// A password made of the user's own name or address.
    PasswordOwn,
    /// A password needs an address to sign in with.
    PasswordWithoutAddress,
    /// The user has authenticated again, and must repeat the change.
    RepeatChange,
    /// The new password equals the old one.
    PasswordSame,
    /// The current password is wrong.
    CurrentPasswordWrong,
    /// The factors are frozen for a day after "this wasn't me".
    Frozen,
    /// The typed confirmation does not match.
    NotConfirmed,
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
    /// Not a web address.
    WebsiteInvalid,
    /// Not a date.
    BirthdateInvalid,
    /// Not a time zone of the IANA database.
    ZoneInvalid,
    /// Not an international telephone number.
    PhoneInvalid,
    /// One session was ended.
    SessionEnded,
    /// All other sessions were ended.
    OtherSessionsEnded,
    /// The passkey is unknown.
    PasskeyUnknown,
    /// The passkey's response is invalid.
    PasskeyRefused,
    /// The passkey may have been copied.
    PasskeyCopied,
    /// The passkey is registered already.
    PasskeyTaken,
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
            Self::TooManyAttempts { minutes } => {
                lang.text_with("message-too-many-attempts", &[("count", minutes.into())])
            }
            Self::TooLong { max } => lang.text_with("message-too-long", &[("count", max.into())]),
            Self::PasswordShort { min } => lang.text_with("message-password-short", &[("count", min.into())]),
            Self::RedirectUriInvalid { uri } => {
                lang.text_with("message-redirect-uri-invalid", &[("uri", Arg::Text(uri))])
            }
            plain => lang.text(plain.key()),
        }
    }

    fn key(&self) -> &'static str {
        match self {
            Self::WrongCredentials => "message-wrong-credentials",
            Self::AccountDisabled => "message-account-disabled",
            Self::TooManyAttempts { .. } => "message-too-many-attempts",
            Self::ProveItIsYou => "message-prove-it-is-you",
            Self::ShowItIsYou => "message-show-it-is-you",
            Self::SignInRestarted => "message-sign-in-restarted",
            Self::ConsentRestarted => "message-consent-restarted",
            Self::CodeSent => "message-code-sent",
            Self::EmailNotSent => "message-email-not-sent",
            Self::CodeWrong(CodeKind::Mailed) => "message-code-wrong",
            Self::CodeWrong(CodeKind::Authenticator) => "message-code-wrong-authenticator",
            Self::CodeWrong(CodeKind::Recovery) => "message-code-wrong-recovery",
            Self::CodeUsed => "message-code-used",
            Self::CodeExpired => "message-code-expired",
            Self::EmailVerified => "message-email-verified",
            Self::NotProvenYet => "message-not-proven-yet",
            Self::PasswordRenewed => "message-password-renewed",
            Self::EmailRefused(EmailFault::AtSign) => "message-email-at-sign",
            Self::EmailRefused(EmailFault::LocalPart) => "message-email-local-part",
            Self::EmailRefused(EmailFault::Domain) => "message-email-domain",
            Self::EmailRefused(EmailFault::DotlessDomain) => "message-email-dotless",
            Self::EmailRefused(EmailFault::TooLong) => "message-email-too-long",
            Self::EmailTaken => "message-email-taken",
            Self::Required | Self::EmailRefused(EmailFault::Empty) => "message-required",
            Self::TooLong { .. } => "message-too-long",
            Self::ControlCharacters => "message-control-characters",
            Self::PasswordShort { .. } => "message-password-short",
            Self::PasswordCommon => "message-password-common",
            Self::PasswordOwn => "message-password-own",
            Self::PasswordWithoutAddress => "message-password-without-address",
            Self::RepeatChange => "message-repeat-change",
            Self::PasswordSame => "message-password-same",
            Self::CurrentPasswordWrong => "message-current-password-wrong",
            Self::Frozen => "message-frozen",
            Self::NotConfirmed => "message-not-confirmed",
            Self::AccessRemoved => "message-access-removed",
            Self::EmailChanged => "message-email-changed",
            Self::PasswordChanged => "message-password-changed",
            Self::ProfileSaved => "message-profile-saved",
            Self::IdentityLinked => "identities-done-linked",
            Self::IdentityUnlinked => "identities-done-unlinked",
            Self::AccountsMerged => "identities-done-merged",
            Self::MergeUndone => "identities-done-undone",
            Self::LastWayIn => "identities-last-way",
            Self::WebsiteInvalid => "message-website-invalid",
            Self::BirthdateInvalid => "message-birthdate-invalid",
            Self::ZoneInvalid => "message-zone-invalid",
            Self::PhoneInvalid => "message-phone-invalid",
            Self::SessionEnded => "message-session-ended",
            Self::OtherSessionsEnded => "message-other-sessions-ended",
            Self::PasskeyUnknown => "message-passkey-unknown",
            Self::PasskeyRefused => "message-passkey-refused",
            Self::PasskeyCopied => "message-passkey-copied",
            Self::PasskeyTaken => "message-passkey-taken",
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
    fn a_message_says_its_number() {
        assert!(Message::PasswordShort { min: 12 }.text(Lang::PtBr).contains("12"));
        assert_eq!(
            Message::TooManyAttempts { minutes: 1 }.text(Lang::En),
            "Too many attempts. Please wait 1 minute and try again."
        );
    }

    #[test]
    fn a_message_quotes_what_was_typed() {
        let text = Message::RedirectUriInvalid { uri: "http://a.test/#x".into() }.text(Lang::Uk);
        assert!(text.contains("http://a.test/#x"), "{text}");
    }
}
