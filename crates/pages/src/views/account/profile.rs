//! What people see of their own account.

use askama::Template;

use crate::views::{FactorsView, FieldErrors, Form, Page, SuggestedEmailView};
use usher_i18n::Lang;

/// Who I am: the claims applications may ask for.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/profile.html")]
pub struct AccountProfile {
    /// The chrome.
    pub page: Page,
    /// Fields as in [`ProfileValues`].
    pub form: Form,
    /// What is known, or was typed.
    pub values: ProfileValues,
    /// The address signed in with.
    pub email: String,
    /// Whether it was proven.
    pub email_verified: bool,
    /// Where to change it, or to name one.
    pub change_url: String,
    /// Addresses that providers tell, with their buttons `take` and `dismiss`, which lead there as well.
    pub suggested: Vec<SuggestedEmailView>,
    /// Good news, such as "saved".
    pub notice: Option<String>,
    /// What was wrong.
    pub errors: FieldErrors,
}

/// The claims a person edits, each a field of that name; empty means not said.
#[derive(Clone, Debug, Default)]
pub struct ProfileValues {
    /// First name.
    pub given_name: String,
    /// Last name.
    pub family_name: String,
    /// What friends say.
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
    /// What to be called by programs.
    pub preferred_username: String,
    /// Profile page.
    pub profile: String,
    /// Picture.
    pub picture: String,
    /// In the person's own words.
    pub gender: String,
    /// Street and number.
    pub street_address: String,
    /// Town.
    pub locality: String,
    /// State or province.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// Country.
    pub country: String,
}

impl ProfileValues {
    /// Is anything said, or found wrong, of what the page keeps folded?
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

/// The fields that the page keeps folded.
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
    /// The languages to choose from: `(tag, native name, chosen)`.
    pub fn locales(&self) -> [(&'static str, &'static str, bool); 3] {
        Lang::ALL.map(|lang| (lang.tag(), lang.native_name(), self.values.locale == lang.tag()))
    }
}

/// The password.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/security.html")]
pub struct AccountSecurity {
    /// The chrome.
    pub page: Page,
    /// Fields `current_password`, `password`.
    pub password_form: Form,
    /// Whether there is a password to change; otherwise one is set.
    pub has_password: bool,
    /// The address, so that a password manager stores the password rightly.
    pub email: String,
    /// Where an address is added: without one there is no password.
    pub email_url: String,
    /// The shortest password taken, in characters.
    pub min_password: u32,
    /// Good news.
    pub notice: Option<String>,
    /// What was wrong with the password form.
    pub errors: FieldErrors,
    /// Passkeys, authenticator app, recovery codes, remembered browsers.
    pub factors: FactorsView,
}
