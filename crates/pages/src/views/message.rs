//! The short sentences a form answers with. One place, so that one mistake is always called the same.

use usher_domain::email::EmailFault;
use usher_flows::CodeKind;
use usher_i18n::{Arg, Lang};

/// What a form has to say, without a language yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Unknown address or wrong password: one sentence for both, so that neither can be told.
    WrongCredentials,
    /// The account may not sign in.
    AccountDisabled,
    /// Too many attempts; how long to wait.
    TooManyAttempts {
        /// Whole minutes, at least 1.
        minutes: u32,
    },
    /// The session is too old for this step.
    ProveItIsYou,
    /// Whoever is signed in and has no password shows themselves again, in another way.
    ShowItIsYou,
    /// The sign-in went stale and was begun anew.
    SignInRestarted,
    /// The question for consent went stale and is asked anew.
    ConsentRestarted,
    /// A new email is on its way.
    CodeSent,
    /// No email was sent: too many went to the address.
    EmailNotSent,
    /// The code is wrong; which code was asked for.
    CodeWrong(CodeKind),
    /// The code of the authenticator app was used already.
    CodeUsed,
    /// The code is too old, or was used.
    CodeExpired,
    /// The address is proven.
    EmailVerified,
    /// The address of a registration is not proven yet.
    NotProvenYet,
    /// The new password is set: sign in with it.
    PasswordRenewed,
    /// Not an e-mail address, or not one that may be used here.
    EmailRefused(EmailFault),
    /// The address has an account, and this is not its password.
    EmailTaken,
    /// A field that must be filled in.
    Required,
    /// More characters than the field takes.
    TooLong {
        /// The most it takes.
        max: u32,
    },
    /// A line break or another control character in a line of text.
    ControlCharacters,
    /// Too short a password.
    PasswordShort {
        /// The fewest characters taken.
        min: u32,
    },
    /// A password found in every attacker's list.
    PasswordCommon,
    /// A password made of the person's own name or address.
    PasswordOwn,
    /// A password needs an address to sign in with.
    PasswordWithoutAddress,
    /// The person has shown themselves again, and what they wanted is not done yet.
    RepeatChange,
    /// The new password is the old one.
    PasswordSame,
    /// The present password is wrong.
    CurrentPasswordWrong,
    /// For a day after "this wasn't me" nobody changes how the account is protected.
    Frozen,
    /// What was typed does not confirm it.
    NotConfirmed,
    /// The application has lost its access.
    AccessRemoved,
    /// The address is changed.
    EmailChanged,
    /// The password is changed.
    PasswordChanged,
    /// The profile is saved.
    ProfileSaved,
    /// A provider leads to the account from now on.
    IdentityLinked,
    /// It does no longer.
    IdentityUnlinked,
    /// Two accounts are one.
    AccountsMerged,
    /// They are two again.
    MergeUndone,
    /// Nobody could sign in any more.
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
    /// The passkey is not known here.
    PasskeyUnknown,
    /// The passkey proved nothing.
    PasskeyRefused,
    /// The passkey may have been copied.
    PasskeyCopied,
    /// The passkey is registered already.
    PasskeyTaken,
    /// There is a new passkey.
    PasskeyAdded,
    /// A factor was changed.
    FactorChanged,
    /// A browser is not spared the second step any more.
    BrowserForgotten,
    /// No type was chosen for a client.
    ClientKindMissing,
    /// A client of this type needs a redirect URI.
    RedirectUriMissing,
    /// A redirect URI that may not be registered.
    RedirectUriInvalid {
        /// The line at fault.
        uri: String,
    },
    /// The client is made or changed.
    ClientSaved,
    /// The client has a new secret.
    SecretRotated,
    /// The client may not be used now.
    ClientDisabled,
    /// The client may be used again.
    ClientEnabled,
    /// The client is gone.
    ClientDeleted,
    /// The project is made.
    ProjectCreated,
}

impl Message {
    /// The sentence in `lang`.
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
