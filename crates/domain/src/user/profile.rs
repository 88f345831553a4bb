//! The profile of a user, and the rules of its attributes.

use std::collections::BTreeMap;

use crate::text::{is_control, without_invisible};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use usher_protocol::user_claims::{AttributeRule, UserClaims};

/// What a user filled in: the attributes of [`usher_protocol::user_claims`]. Empty ones are never released.
///
/// Those that code reads by name have a field; every other one is in [`Self::others`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// Given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// Middle name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// Full name, if it is not given and family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Nickname.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// Short display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// URL of a profile page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// URL of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// URL of a website.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Gender, in the person's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthdate: Option<String>,
    /// Time zone, such as `Europe/Lisbon`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoneinfo: Option<String>,
    /// Language tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Telephone number, E.164 preferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Whether the number was verified.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub phone_number_verified: bool,
    /// Postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressClaim>,
    /// The other attributes, by the name of the claim.
    #[serde(flatten)]
    pub others: BTreeMap<String, String>,
}

/// A postal address (OpenID Connect Core §5.1.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AddressClaim {
    /// The whole address, with line breaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// State or province.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// A claim that is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{claim} {rule}")]
pub struct ProfileFault {
    /// The claim.
    pub claim: &'static str,
    /// The rule that it breaks.
    pub rule: ProfileRule,
}

/// A rule for claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProfileRule {
    /// At most [`MAX_TEXT`] characters.
    #[error("must not be longer than {MAX_TEXT} characters")]
    Length,
    /// Without control characters.
    #[error("must not contain line breaks, tabs or other control characters")]
    NoControlCharacters,
    /// A web address.
    #[error("must be an http or https address")]
    WebAddress,
    /// A time zone.
    #[error("must be the name of a time zone: Area/Location")]
    TimeZone,
    /// A telephone number.
    #[error("must be a number of 5 to 15 digits")]
    PhoneNumber,
    /// A date, or part of one.
    #[error("must be YYYY-MM-DD, 0000-MM-DD or YYYY")]
    Date,
}

/// Maximum length of a claim, in characters.
pub const MAX_TEXT: u32 = 300;

impl Profile {
    /// The display name: the full name, or given and family name, or none.
    pub fn display_name(&self) -> Option<String> {
        let said = self.name.clone().filter(|name| !name.trim().is_empty());
        said.or_else(|| {
            let parts: Vec<&str> =
                [&self.given_name, &self.family_name].into_iter().flatten().map(String::as_str).collect();
            Some(parts.join(" ")).filter(|joined| !joined.trim().is_empty())
        })
    }

    /// Trims every text, removes invisible characters, drops empty texts, and checks the rest.
    ///
    /// # Errors
    /// The first invalid claim.
    pub fn checked(self) -> Result<Self, ProfileFault> {
        self.checked_throughout().map_err(|(first, _)| first)
    }

    /// Trims every text, removes invisible characters, drops empty texts, and checks the rest.
    ///
    /// # Errors
    /// Every invalid claim: the first, and the others.
    pub fn checked_throughout(self) -> Result<Self, (ProfileFault, Vec<ProfileFault>)> {
        self.checked_by(UserClaims::STANDARD)
    }

    /// As [`Self::checked_throughout`], with the attributes of this table. Others are dropped.
    pub fn checked_by(mut self, table: UserClaims) -> Result<Self, (ProfileFault, Vec<ProfileFault>)> {
        let mut faults = Vec::new();
        let mut check = |claim: &str, held: &str| {
            let row = table.find(claim)?;
            let clean = without_invisible(held).trim().to_owned();
            faults.extend(check_text(row.name, row.attribute?.rule, &clean).err());
            Some(clean).filter(|kept| !kept.is_empty())
        };
        for (claim, text) in self.texts() {
            *text = text.take().and_then(|held| check(claim, &held));
        }
        let others = std::mem::take(&mut self.others).into_iter();
        self.others = others.filter_map(|(claim, held)| check(&claim, &held).map(|clean| (claim, clean))).collect();
        if !faults.is_empty() {
            return Err((faults.remove(0), faults));
        }
        self.phone_number_verified &= self.phone_number.is_some();
        Ok(self)
    }

    /// The values by the names of the claims.
    pub fn members(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(members)) => members,
            _ => Map::new(),
        }
    }

    /// The profile with these values; `None` if one of them has the wrong type.
    pub fn from_members(members: Map<String, Value>) -> Option<Self> {
        serde_json::from_value(Value::Object(members)).ok()
    }

    /// The value of an attribute, by the name of its row; empty if there is none.
    pub fn text(&self, name: &str) -> String {
        let pointer = format!("/{}", name.replace('.', "/"));
        Value::Object(self.members()).pointer(&pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Sets an attribute, by the name of its row; an empty text removes it.
    pub fn set_text(&mut self, name: &str, text: &str) {
        let text = Some(text.to_owned()).filter(|text| !text.trim().is_empty());
        if name.starts_with("address.") {
            self.address.get_or_insert_default();
        }
        match (self.texts().into_iter().find(|(claim, _)| *claim == name), text) {
            (Some((_, field)), text) => *field = text,
            (None, Some(text)) => drop(self.others.insert(name.to_owned(), text)),
            (None, None) => drop(self.others.remove(name)),
        }
        self.address = self.address.take().filter(|address| *address != AddressClaim::default());
    }

    fn texts(&mut self) -> Vec<(&'static str, &mut Option<String>)> {
        let mut texts = vec![
            ("given_name", &mut self.given_name),
            ("family_name", &mut self.family_name),
            ("middle_name", &mut self.middle_name),
            ("name", &mut self.name),
            ("nickname", &mut self.nickname),
            ("preferred_username", &mut self.preferred_username),
            ("profile", &mut self.profile),
            ("picture", &mut self.picture),
            ("website", &mut self.website),
            ("gender", &mut self.gender),
            ("birthdate", &mut self.birthdate),
            ("zoneinfo", &mut self.zoneinfo),
            ("locale", &mut self.locale),
            ("phone_number", &mut self.phone_number),
        ];
        if let Some(address) = &mut self.address {
            texts.extend([
                ("address.formatted", &mut address.formatted),
                ("address.street_address", &mut address.street_address),
                ("address.locality", &mut address.locality),
                ("address.region", &mut address.region),
                ("address.postal_code", &mut address.postal_code),
                ("address.country", &mut address.country),
            ]);
        }
        texts
    }
}

fn check_text(claim: &'static str, rule: AttributeRule, text: &str) -> Result<(), ProfileFault> {
    let fault = |rule| Err(ProfileFault { claim, rule });
    if text.chars().count() > MAX_TEXT as usize {
        return fault(ProfileRule::Length);
    }
    let is_break = |c: char| rule == AttributeRule::Lines && matches!(c, '\n' | '\r');
    if text.chars().any(|c| is_control(c) && !is_break(c)) {
        return fault(ProfileRule::NoControlCharacters);
    }
    match rule {
        _ if text.is_empty() => Ok(()),
        AttributeRule::WebAddress | AttributeRule::Picture if !is_web_address(text) => fault(ProfileRule::WebAddress),
        AttributeRule::TimeZone if !is_zone(text) => fault(ProfileRule::TimeZone),
        AttributeRule::PhoneNumber if !is_phone_number(text) => fault(ProfileRule::PhoneNumber),
        AttributeRule::Date if !is_birthdate(text) => fault(ProfileRule::Date),
        _ => Ok(()),
    }
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

/// The syntax of a name in the IANA time zone database; whether the zone exists changes too often to be checked here.
fn is_zone(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+-".contains(&b))
    };
    text.len() <= 64 && text.split('/').count() <= 3 && text.split('/').all(is_part)
}

/// The number of digits of ITU-T E.164, grouped as people write them.
fn is_phone_number(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let rest = text.strip_prefix('+').unwrap_or(text);
    (5..=15).contains(&digits) && rest.bytes().all(|b| b.is_ascii_digit() || b" ()-.".contains(&b))
}

fn is_birthdate(text: &str) -> bool {
    let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    let year = |part: &str| digits(part, 4) && (part == "0000" || part >= "1850");
    match text.split('-').collect::<Vec<_>>()[..] {
        [only] => year(only) && only != "0000",
        [first, month, day] => {
            year(first)
                && digits(month, 2)
                && digits(day, 2)
                && month.parse::<u8>().ok().and_then(|m| time::Month::try_from(m).ok()).is_some_and(|month| {
                    // A leap year is used if the year is withheld.
                    let leap = first.parse::<i32>().ok().filter(|year| *year > 0).unwrap_or(2000);
                    day.parse::<u8>().is_ok_and(|day| (1..=month.length(leap)).contains(&day))
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use usher_protocol::user_claims::UserClaim;

    use super::*;

    #[test]
    fn a_name_is_made_of_first_and_last_unless_one_was_given() {
        let mut profile =
            Profile { given_name: Some("Ana".into()), family_name: Some("Souza".into()), ..Profile::default() };
        assert_eq!(profile.display_name().as_deref(), Some("Ana Souza"));
        profile.name = Some("Dr. Ana".into());
        assert_eq!(profile.display_name().as_deref(), Some("Dr. Ana"));
        assert_eq!(Profile::default().display_name(), None);
    }

    #[test]
    fn every_attribute_can_be_set_and_read_by_the_name_of_its_row() {
        for (row, attribute) in UserClaims::STANDARD.attributes() {
            let mut profile = Profile::default();
            profile.set_text(row.name, attribute.sample);
            assert_eq!(profile.text(row.name), attribute.sample, "{}", row.name);
            assert_eq!(profile.clone().checked(), Ok(profile.clone()), "{}", row.name);
            profile.set_text(row.name, " ");
            assert_eq!(profile, Profile::default(), "{}", row.name);
        }
    }

    #[test]
    fn a_specimen_is_kept_checked_and_dropped_with_its_row() {
        const TABLE: UserClaims =
            UserClaims::new(&[UserClaim::new("shoe_size", "profile", "nickname").text("Size.", "38")]);
        let mut profile = Profile::default();
        profile.set_text("shoe_size", " 38\u{202e} ");
        let kept = profile.clone().checked_by(TABLE).unwrap();
        assert_eq!(Value::Object(kept.members()), json!({"shoe_size": "38"}));
        assert_eq!(Profile::from_members(kept.members()), Some(kept));
        assert_eq!(profile.clone().checked(), Ok(Profile::default()), "Usher has no such attribute");
        profile.set_text("shoe_size", "3\n8");
        let fault = ProfileFault { claim: "shoe_size", rule: ProfileRule::NoControlCharacters };
        assert_eq!(profile.checked_by(TABLE), Err((fault, Vec::new())));
    }

    #[test]
    fn texts_are_trimmed_and_blank_ones_dropped() {
        let profile = Profile { given_name: Some("  Ana ".into()), nickname: Some("   ".into()), ..Profile::default() }
            .checked()
            .unwrap();
        assert_eq!((profile.given_name.as_deref(), profile.nickname), (Some("Ana"), None));
    }

    #[test]
    fn invisible_characters_are_removed_and_refuse_nothing() {
        let profile = Profile {
            given_name: Some("\u{200F}evil\u{202E}txt".into()),
            family_name: Some("\u{2068}\u{2069}".into()),
            phone_number: Some("\u{202A}+380441234567\u{202C}".into()),
            ..Profile::default()
        };
        let kept = profile.checked().unwrap();
        assert_eq!((kept.given_name.as_deref(), kept.family_name), (Some("eviltxt"), None));
        assert_eq!(kept.phone_number.as_deref(), Some("+380441234567"));
    }

    #[test]
    fn a_rejected_claim_names_the_rule_that_it_breaks() {
        for (claim, bad, rule) in [
            ("given_name", "x".repeat(301), ProfileRule::Length),
            ("given_name", "a\tb".to_owned(), ProfileRule::NoControlCharacters),
            ("website", format!("https://x.test/{}", "x".repeat(300)), ProfileRule::Length),
            ("website", "x.test".to_owned(), ProfileRule::WebAddress),
            ("birthdate", "1990\n".to_owned() + "1", ProfileRule::NoControlCharacters),
        ] {
            let profile: Profile = serde_json::from_value(json!({ claim: bad })).unwrap();
            assert_eq!(profile.checked().unwrap_err(), ProfileFault { claim, rule });
        }
    }

    #[test]
    fn claims_that_do_not_hold_what_they_should_are_refused() {
        for (claim, bad) in [
            ("birthdate", "31-12-1990"),
            ("birthdate", "1990-02-30"),
            ("birthdate", "1749"),
            ("birthdate", "0000"),
            ("website", "javascript:alert(1)"),
            ("picture", "nonsense"),
            ("zoneinfo", "half past nine"),
            ("zoneinfo", "Europe//Lisbon"),
            ("zoneinfo", "../etc/passwd"),
            ("phone_number", "12"),
            ("phone_number", "call me"),
            ("phone_number", "+1 555 0100 555 0100 555"),
            ("given_name", "a\0b"),
        ] {
            let json = json!({ claim: bad });
            let profile: Profile = serde_json::from_value(json).unwrap();
            assert_eq!(profile.checked().unwrap_err().claim, claim, "{bad:?}");
        }
        for good in ["1990-12-31", "0000-02-29", "1990"] {
            let profile = Profile { birthdate: Some(good.into()), ..Profile::default() };
            assert!(profile.checked().is_ok(), "{good}");
        }
        assert!(serde_json::from_str::<Profile>(r#"{"admin":true}"#).is_err());
    }
}
