//! The profile and security pages.

use std::collections::BTreeMap;

use askama::Template;

use crate::views::{FactorsView, SuggestedEmailView};
use usher_i18n::Lang;
use usher_page_kit::views::{FieldErrors, Form, Layout, profile_fields};
use usher_protocol::user_claims::{FieldGroup, UserClaim, UserClaims};

/// The profile: the claims that applications may request.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/profile.html")]
pub struct AccountProfile {
    /// The layout.
    pub page: Layout,
    /// Its fields are those of [`profile_fields`], and `locale`.
    pub form: Form,
    /// The stored or submitted values.
    pub values: ProfileValues,
    /// The values that the form was loaded with.
    pub loaded: String,
    /// The email address.
    pub email: String,
    /// Is it verified?
    pub email_verified: bool,
    /// The page to change or add it.
    pub change_url: String,
    /// Addresses that providers assert, with buttons `take` and `dismiss`, which post to the same page.
    pub suggested: Vec<SuggestedEmailView>,
    /// Success message, such as "saved".
    pub notice: Option<String>,
    /// Validation errors.
    pub errors: FieldErrors,
}

/// The values of the fields, by their names; empty if there is no value.
#[derive(Clone, Debug, Default)]
pub struct ProfileValues {
    texts: BTreeMap<&'static str, String>,
    /// BCP 47 tag; empty follows the browser.
    pub locale: String,
}

impl ProfileValues {
    /// The values that `value` has for the fields of the page.
    pub fn new(locale: String, value: impl Fn(&UserClaim) -> String) -> Self {
        let texts = profile_fields(UserClaims::STANDARD).map(|row| (row.field_name(), value(row))).collect();
        Self { texts, locale }
    }

    /// The value of a field.
    pub fn of(&self, field: &str) -> &str {
        self.texts.get(field).map_or("", String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(field, value)| (*field, value.as_str()))
    }
}

/// A field of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileFieldView {
    pub name: &'static str,
    /// The `type` of the input.
    pub input: &'static str,
    pub label: String,
    pub value: String,
    pub autocomplete: &'static str,
    pub hint: String,
    pub is_required: bool,
}

/// The lines of a part of the page, each with one field or two.
fn lines_of(table: UserClaims, group: FieldGroup, values: &ProfileValues, lang: Lang) -> Vec<Vec<ProfileFieldView>> {
    let mut lines: BTreeMap<u8, BTreeMap<u8, ProfileFieldView>> = BTreeMap::new();
    for (row, attribute) in table.attributes() {
        let Some(field) = attribute.field.filter(|field| field.group == group) else { continue };
        let view = ProfileFieldView {
            name: row.field_name(),
            input: field.input,
            label: lang.text(row.label),
            value: values.of(row.field_name()).to_owned(),
            autocomplete: field.autocomplete,
            hint: if field.hint.is_empty() { String::new() } else { lang.text(field.hint) },
            is_required: field.is_required,
        };
        lines.entry(field.line).or_default().insert(field.column, view);
    }
    lines.into_values().map(|line| line.into_values().collect()).collect()
}

impl AccountProfile {
    fn lines(&self, group: FieldGroup) -> Vec<Vec<ProfileFieldView>> {
        lines_of(UserClaims::STANDARD, group, &self.values, self.page.lang)
    }

    pub fn main_lines(&self) -> Vec<Vec<ProfileFieldView>> {
        self.lines(FieldGroup::Main)
    }

    pub fn more_lines(&self) -> Vec<Vec<ProfileFieldView>> {
        self.lines(FieldGroup::More)
    }

    pub fn address_lines(&self) -> Vec<Vec<ProfileFieldView>> {
        self.lines(FieldGroup::Address)
    }

    /// Does a collapsed field have a value or an error?
    pub fn says_more(&self) -> bool {
        let collapsed = self.more_lines().into_iter().chain(self.address_lines()).flatten();
        collapsed.into_iter().any(|field| !field.value.is_empty() || self.errors.of(field.name).is_some())
    }

    /// The languages to choose from: `(tag, native name, selected)`.
    pub fn locales(&self) -> [(&'static str, &'static str, bool); 3] {
        Lang::ALL.map(|lang| (lang.tag(), lang.native_name(), self.values.locale == lang.tag()))
    }
}

/// The security page.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/security.html")]
pub struct AccountSecurity {
    /// The layout.
    pub page: Layout,
    /// Fields `current_password`, `password`.
    pub password_form: Form,
    /// Is there a password to change? Otherwise one is set.
    pub has_password: bool,
    /// The address, so that password managers store the password for it.
    pub email: String,
    /// The page to add an address, which a password requires.
    pub email_url: String,
    /// The minimum length of a password, in characters.
    pub min_password: u32,
    /// Success message.
    pub notice: Option<String>,
    /// Validation errors of the password form.
    pub errors: FieldErrors,
    /// Passkeys, authenticator app, recovery codes, remembered browsers.
    pub factors: FactorsView,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specimen_is_a_field_with_its_name_and_its_value() {
        const TABLE: UserClaims = UserClaims::new(&[UserClaim::new("shoe_size", "profile", "nickname")
            .text("Size of shoes.", "38")
            .field(FieldGroup::More, (1, 1), "text")
            .hint("phone-hint")]);
        let values = ProfileValues { texts: BTreeMap::from([("shoe_size", "38".to_owned())]), locale: String::new() };
        for lang in Lang::ALL {
            let view = ProfileFieldView {
                name: "shoe_size",
                input: "text",
                label: lang.text("nickname"),
                value: "38".into(),
                autocomplete: "on",
                hint: lang.text("phone-hint"),
                is_required: false,
            };
            assert_eq!(lines_of(TABLE, FieldGroup::More, &values, lang), [[view]]);
            assert!(lines_of(TABLE, FieldGroup::Main, &values, lang).is_empty());
        }
    }
}
