//! Validation errors for rejections: the field, and its message.

use crate::views::{FieldErrors, Message};
use usher_domain::text::NameFault;
use usher_domain::user::{MAX_TEXT, ProfileRule};
use usher_flows::Rejected;
use usher_flows::credentials::password_rules::PasswordFault;
use usher_i18n::Lang;

/// The field (`""` for the form as a whole) and its message; `None` if it is not a validation error.
pub fn of_refused(refused: &Rejected, lang: Lang) -> Option<FieldErrors> {
    let (field, message) = match refused {
        Rejected::WrongCredentials | Rejected::CredentialGone => ("", Message::WrongCredentials),
        Rejected::PasswordWithoutAddress => ("password", Message::PasswordWithoutAddress),
        Rejected::WrongPassword => ("current_password", Message::CurrentPasswordWrong),
        Rejected::TooMany { seconds } | Rejected::Busy { seconds } => {
            ("", Message::TooManyAttempts { minutes: seconds.div_ceil(60).max(1) })
        }
        Rejected::Email(fault) => ("email", Message::EmailRefused(*fault)),
        Rejected::EmailTaken => ("email", Message::EmailTaken),
        Rejected::Missing(field) => (*field, Message::Required),
        Rejected::Password(fault) => ("password", of_password(fault)),
        Rejected::Profile(fault) => {
            (fault.claim.strip_prefix("address.").unwrap_or(fault.claim), of_profile(fault.rule))
        }
        Rejected::NotConfirmed => ("confirmation", Message::NotConfirmed),
        Rejected::Frozen => ("", Message::Frozen),
        Rejected::PasskeyUnknown => ("", Message::PasskeyUnknown),
        Rejected::PasskeyRefused => ("", Message::PasskeyRefused),
        Rejected::PasskeyCopied => ("", Message::PasskeyCopied),
        Rejected::PasskeyTaken => ("", Message::PasskeyTaken),
        Rejected::LastWayIn => ("", Message::LastWayIn),
        Rejected::WrongCode(kind) => ("code", Message::CodeWrong(*kind)),
        Rejected::CodeUsed => ("code", Message::CodeUsed),
        Rejected::ProofOver => ("code", Message::CodeExpired),
        Rejected::Name(fault) => ("name", of_name(*fault)),
        _ => return None,
    };
    Some([(field.to_owned(), message.text(lang))].into_iter().collect())
}

fn of_password(fault: &PasswordFault) -> Message {
    match fault {
        PasswordFault::TooShort { least } => Message::PasswordShort { min: u32::try_from(*least).unwrap_or(u32::MAX) },
        PasswordFault::TooLong => Message::TooLong { max: 1_024 },
        PasswordFault::TooCommon => Message::PasswordCommon,
        PasswordFault::ContainsOwnData => Message::PasswordOwn,
    }
}

const fn of_name(fault: NameFault) -> Message {
    match fault {
        NameFault::Empty => Message::Required,
        NameFault::TooLong { max } => Message::TooLong { max },
        NameFault::ControlCharacters => Message::ControlCharacters,
    }
}

const fn of_profile(rule: ProfileRule) -> Message {
    match rule {
        ProfileRule::Length => Message::TooLong { max: MAX_TEXT },
        ProfileRule::NoControlCharacters => Message::ControlCharacters,
        ProfileRule::WebAddress => Message::WebsiteInvalid,
        ProfileRule::TimeZone => Message::ZoneInvalid,
        ProfileRule::PhoneNumber => Message::PhoneInvalid,
        ProfileRule::Date => Message::BirthdateInvalid,
    }
}
