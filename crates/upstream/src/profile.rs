//! The profile data of a provider, reduced to what is stored: names, picture, language and handle, cleaned and bounded.

use serde_json::Value;
use url::{Host, Url};

use super::error::UpstreamError;
use usher_domain::email::Email;
use usher_domain::email::trust::EmailTrust;
use usher_domain::provider::ProviderSettings;
use usher_domain::text::{is_control, without_invisible};
use usher_domain::user::Profile;
use usher_domain::user::identity::VouchedEmail;
use usher_protocol::user_claims::{AttributeRule, UserClaims};

const LONGEST: usize = 255;

/// A display text: without control and invisible characters, trimmed, of bounded length.
pub(super) fn text(value: Option<&Value>) -> Option<String> {
    // More cannot be stored, however much of it is removed.
    let value: String = value?.as_str()?.chars().filter(|&c| !is_control(c)).take(4 * LONGEST).collect();
    let clean: String = without_invisible(&value).chars().take(LONGEST).collect();
    Some(clean.trim().to_owned()).filter(|clean| !clean.is_empty())
}

/// A picture: an https URL on a named host. Browsers load it; Usher never does.
pub(super) fn picture(value: Option<&Value>) -> Option<String> {
    let value = value?.as_str().filter(|value| value.len() <= 300)?;
    let url = Url::parse(value).ok()?;
    let named = matches!(url.host(), Some(Host::Domain(name)) if name.contains('.'));
    (url.scheme() == "https" && named && url.username().is_empty()).then(|| value.to_owned())
}

pub(super) fn locale(value: Option<&Value>) -> Option<String> {
    let value = value?.as_str()?;
    let fits =
        (2..=35).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    fits.then(|| value.replace('_', "-"))
}

/// The profile in the claims of OpenID Connect Core §5.1.
pub(super) fn profile(claims: &Value) -> Profile {
    profile_by(UserClaims::STANDARD, claims)
}

fn profile_by(table: UserClaims, claims: &Value) -> Profile {
    let mut profile = Profile::default();
    for (row, attribute) in table.attributes().filter(|(_, attribute)| attribute.from_providers) {
        let value = claims.get(row.name);
        let clean = match attribute.rule {
            AttributeRule::Picture => picture(value),
            AttributeRule::Language => locale(value),
            _ => text(value),
        };
        if let Some(clean) = clean {
            profile.set_text(row.name, &clean);
        }
    }
    profile
}

/// A flag as `true`, `"true"`, `1` or `"1"`. Anything else is false.
pub(super) fn flag(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(word)) => word.eq_ignore_ascii_case("true") || word == "1",
        Some(Value::Number(number)) => number.as_u64() == Some(1),
        _ => false,
    }
}

/// A subject: a text that identifies one person. Placeholders for missing values are refused.
pub(super) fn subject(value: Option<&Value>) -> Result<String, UpstreamError> {
    let value = value.and_then(Value::as_str).unwrap_or_default();
    let nothing =
        ["", "null", "undefined", "none", "nil", "nan", "0"].iter().any(|none| value.eq_ignore_ascii_case(none));
    if nothing || value.len() > LONGEST || value.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(UpstreamError::misbehaved("it does not say who the person is"));
    }
    Ok(value.to_owned())
}

/// A subject that is an integer.
pub(super) fn numeric_subject(value: Option<&Value>) -> Result<String, UpstreamError> {
    let value = value.and_then(Value::as_u64).filter(|number| *number > 0);
    value.map(|number| number.to_string()).ok_or_else(|| UpstreamError::misbehaved("it does not say who the person is"))
}

/// The email address with its trust according to the settings. Invalid addresses are omitted.
pub(super) fn email(
    settings: &ProviderSettings,
    value: Option<&Value>,
    claimed: EmailTrust,
    relay: bool,
) -> Option<VouchedEmail> {
    let value = value?.as_str()?;
    let email = Email::parse(value).ok()?;
    // An address that matches only after normalisation is not trusted.
    if ![email.as_str(), &email.readable()].iter().any(|known| known.eq_ignore_ascii_case(value.trim_ascii())) {
        return None;
    }
    let trust = settings.judge(&email, claimed);
    Some(VouchedEmail { email, trust, relay })
}

/// The domain of an address, in lower case.
pub(super) fn domain(value: Option<&Value>) -> Option<String> {
    Some(value?.as_str()?.rsplit_once('@')?.1.to_ascii_lowercase())
}

/// Unverified, or the trust that the provider gives a verified address.
pub(super) fn trust_if(verified: bool, checked: EmailTrust) -> EmailTrust {
    if verified { checked } else { EmailTrust::Unverified }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use usher_protocol::user_claims::UserClaim;

    #[test]
    fn names_are_cut_and_cleaned() {
        let long = "x".repeat(1_000_000);
        let value = json!({"name": " Ana\u{202E}\r\n ", "given_name": long, "family_name": 7, "locale": "pt_BR",
                          "picture": "https://img.test/a.png", "email": "x", "gender": "f", "zoneinfo": "a"});
        let profile = profile(&value);
        assert_eq!(profile.name.as_deref(), Some("Ana"));
        assert_eq!(profile.given_name.as_ref().map(String::len), Some(LONGEST));
        assert_eq!((profile.family_name.as_deref(), profile.gender.as_deref()), (None, None));
        assert_eq!(profile.locale.as_deref(), Some("pt-BR"));
        assert_eq!(profile.clone().checked(), Ok(profile));
        for bad in [
            "http://img.test/a",
            "https://169.254.169.254/",
            "https://[::1]/",
            "javascript:x",
            "https://host/x",
            "https://u@x.test/",
        ] {
            assert_eq!(picture(Some(&json!(bad))), None, "{bad}");
        }
    }

    #[test]
    fn a_specimen_is_taken_from_providers() {
        const TABLE: UserClaims =
            UserClaims::new(&[UserClaim::new("shoe_size", "profile", "nickname").text("Size.", "38").from_providers()]);
        let profile = profile_by(TABLE, &json!({"shoe_size": " 38 ", "name": "Ana"}));
        assert_eq!(profile.members(), *json!({"shoe_size": "38"}).as_object().unwrap());
    }

    #[test]
    fn a_flag_that_cannot_be_read_is_no() {
        for yes in [json!(true), json!("true"), json!("TRUE"), json!(1), json!("1")] {
            assert!(flag(Some(&yes)), "{yes}");
        }
        for no in [
            json!(false),
            json!("false"),
            json!("yes"),
            json!(2),
            json!(1.5),
            json!(null),
            json!([true]),
            json!({}),
            json!(""),
        ] {
            assert!(!flag(Some(&no)), "{no}");
        }
        assert!(!flag(None));
    }

    #[test]
    fn nobody_is_not_somebody() {
        for nobody in [
            json!(null),
            json!(""),
            json!(0),
            json!("0"),
            json!("null"),
            json!("NULL"),
            json!("undefined"),
            json!(1),
            json!(true),
            json!({}),
            json!("a\nb"),
            json!("a b"),
            json!("x".repeat(10_240)),
        ] {
            assert!(subject(Some(&nobody)).is_err(), "{nobody:.30}");
        }
        assert!(subject(None).is_err());
        assert_eq!(subject(Some(&json!("2244994945"))).unwrap(), "2244994945");
        for nobody in [json!(0), json!(-1), json!(1.5), json!("1"), json!(null)] {
            assert!(numeric_subject(Some(&nobody)).is_err(), "{nobody}");
        }
        // Beyond the precision of a double.
        assert_eq!(numeric_subject(Some(&json!(9_007_199_254_740_993_u64))).unwrap(), "9007199254740993");
    }
}
