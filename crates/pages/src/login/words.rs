//! What a form says when a verb refuses: the field at fault, and the sentence for it.

use crate::views::{FieldErrors, Message};
use usher_domain::text::NameFault;
use usher_domain::user::{MAX_TEXT, ProfileRule};
use usher_flows::Refused;
use usher_flows::credentials::password_rules::PasswordFault;
use usher_i18n::Lang;

/// The field at fault (`""` for the form as a whole) and what to say; `None` for what is no matter of a form.
pub fn of_refused(refused: &Refused, lang: Lang) -> Option<FieldErrors> {
    let (field, message) = match refused {
        Refused::WrongCredentials | Refused::CredentialGone => ("", Message::WrongCredentials),
        Refused::PasswordWithoutAddress => ("password", Message::PasswordWithoutAddress),
        Refused::WrongPassword => ("current_password", Message::CurrentPasswordWrong),
        Refused::TooMany { seconds } | Refused::Busy { seconds } => {
            ("", Message::TooManyAttempts { minutes: seconds.div_ceil(60).max(1) })
        }
        Refused::Email(fault) => ("email", Message::EmailRefused(*fault)),
        Refused::EmailTaken => ("email", Message::EmailTaken),
        Refused::Missing(field) => (*field, Message::Required),
        Refused::Password(fault) => ("password", of_password(fault)),
        Refused::Profile(fault) => {
            (fault.claim.strip_prefix("address.").unwrap_or(fault.claim), of_profile(fault.rule))
        }
        Refused::NotConfirmed => ("confirmation", Message::NotConfirmed),
        Refused::Frozen => ("", Message::Frozen),
        Refused::PasskeyUnknown => ("", Message::PasskeyUnknown),
        Refused::PasskeyRefused => ("", Message::PasskeyRefused),
        Refused::PasskeyCopied => ("", Message::PasskeyCopied),
        Refused::PasskeyTaken => ("", Message::PasskeyTaken),
        Refused::LastWayIn => ("", Message::LastWayIn),
        Refused::WrongCode(kind) => ("code", Message::CodeWrong(*kind)),
        Refused::CodeUsed => ("code", Message::CodeUsed),
        Refused::ProofOver => ("code", Message::CodeExpired),
        Refused::Name(fault) => ("name", of_name(*fault)),
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
