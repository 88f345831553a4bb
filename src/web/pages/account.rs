//! What people see of their own account.

use askama::Template;

use super::{FactorsView, FieldErrors, Form, Page};
use crate::i18n::Lang;

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
    /// Where to prove it, if it was not.
    pub verify_url: Option<String>,
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
}

impl AccountProfile {
    /// The languages to choose from: `(tag, native name, chosen)`.
    pub fn locales(&self) -> [(&'static str, &'static str, bool); 3] {
        Lang::ALL.map(|lang| (lang.tag(), lang.native_name(), self.values.locale == lang.tag()))
    }
}

/// Password and sessions.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/security.html")]
pub struct AccountSecurity {
    /// The chrome.
    pub page: Page,
    /// Fields `current_password`, `password`.
    pub password_form: Form,
    /// Whether there is a password to change; otherwise one is set.
    pub has_password: bool,
    /// Buttons `session` = id, and `everywhere` = true.
    pub sessions_form: Form,
    /// The address, so that a password manager stores the password rightly.
    pub email: String,
    /// The shortest password taken, in characters.
    pub min_password: u32,
    /// Good news.
    pub notice: Option<String>,
    /// What was wrong with the password form.
    pub errors: FieldErrors,
    /// Passkeys, authenticator app, recovery codes, remembered browsers.
    pub factors: FactorsView,
    /// Every session, this one first.
    pub sessions: Vec<SessionView>,
}

/// One signed-in browser or device.
#[derive(Clone, Debug, Default)]
pub struct SessionView {
    /// Names it to the server.
    pub id: String,
    /// Whether it is the one looking.
    pub this: bool,
    /// What it said it is, made readable.
    pub user_agent: String,
    /// Where it came from.
    pub ip: String,
    /// When it began, in the reader's language.
    pub created: String,
    /// When it was last active, in the reader's language.
    pub last_seen: String,
}
