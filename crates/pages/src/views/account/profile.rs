//! The profile and security pages.

use askama::Template;

use crate::views::{FactorsView, FieldErrors, Form, Layout, SuggestedEmailView};
use usher_i18n::Lang;

/// The profile: the claims that applications may request.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/profile.html")]
pub struct AccountProfile {
    /// The layout.
    pub page: Layout,
    /// Fields as in [`ProfileValues`].
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

/// The editable claims, each a field of that name; empty if there is no value.
#[derive(Clone, Debug, Default)]
pub struct ProfileValues {
    /// First name.
    pub given_name: String,
    /// Last name.
    pub family_name: String,
    /// Nickname.
    pub nickname: String,
    /// Web address.
    pub website: String,
    /// `YYYY-MM-DD`.
    pub birthdate: String,
    /// IANA time zone.
    pub zoneinfo: String,
    /// E.164.
    pub phone_number: String,
    /// BCP 47 tag; empty follows the browser.
    pub locale: String,
    /// Middle name.
    pub middle_name: String,
    /// Full name.
    pub name: String,
    /// Preferred username.
    pub preferred_username: String,
    /// Profile page.
    pub profile: String,
    /// Picture.
    pub picture: String,
    /// Gender, as free text.
    pub gender: String,
    /// Street and number.
    pub street_address: String,
    /// City.
    pub locality: String,
    /// State or province.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// Country.
    pub country: String,
}

impl ProfileValues {
    /// Does a collapsed field have a value or an error?
    pub fn says_more(&self, errors: &FieldErrors) -> bool {
        MORE.iter().any(|field| errors.of(field).is_some())
            || [
                &self.middle_name,
                &self.name,
                &self.preferred_username,
                &self.profile,
                &self.picture,
                &self.gender,
                &self.street_address,
                &self.locality,
                &self.region,
                &self.postal_code,
                &self.country,
            ]
            .iter()
            .any(|value| !value.is_empty())
    }
}

/// The collapsed fields.
const MORE: [&str; 11] = [
    "middle_name",
    "name",
    "preferred_username",
    "profile",
    "picture",
    "gender",
    "street_address",
    "locality",
    "region",
    "postal_code",
    "country",
];

impl AccountProfile {
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
