//! Coming in: sign in, choose an account, make one, prove its e-mail address.

use askama::Template;

use crate::views::{ClientView, FieldErrors, Form, Page, PasskeyAsk};

/// Sign in with an e-mail address and a password, or with a provider.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/sign_in.html")]
pub struct SignIn {
    /// The chrome.
    pub page: Page,
    /// Fields `email`, `password`.
    pub form: Form,
    /// The application that asked, if one did.
    pub client: Option<ClientView>,
    /// What was typed before, or hinted.
    pub email: String,
    /// The person is known and only proves to be there: the address is shown, not asked for.
    pub email_fixed: bool,
    /// Good or neutral news above the form.
    pub notice: Option<String>,
    /// What went wrong, above the form.
    pub error: Option<String>,
    /// Make an account; `None` where registration is closed.
    pub register_url: Option<String>,
    /// Forgotten password.
    pub recover_url: String,
    /// Other accounts of this browser, or (with a fixed address) another account.
    pub accounts_url: Option<String>,
    /// How to ask for a passkey, where this house has them.
    pub passkey: Option<PasskeyAsk>,
    /// The form of the passkey.
    pub passkey_form: Form,
    /// The passkey that was just shown and is not known here, for `signalUnknownCredential`: JSON.
    pub unknown_passkey: Option<String>,
    /// The providers, in a fixed order.
    pub providers: Vec<ProviderButton>,
    /// This browser signed in by password last: as whom, in part.
    pub last_used: Option<String>,
    /// This browser signed in by a passkey last: as whom, in part.
    pub passkey_last_used: Option<String>,
    /// The person is known and has no password: none is asked for.
    pub without_password: bool,
    /// Somebody is signed in, and nobody asked them to do it again.
    pub signed_in: Option<SignedInAs>,
}

/// Somebody is signed in already.
#[derive(Clone, Debug, Default)]
pub struct SignedInAs {
    /// Name or address.
    pub name: String,
    /// On as this person.
    pub continue_url: String,
}

/// One way to sign in elsewhere.
#[derive(Clone, Debug, Default)]
pub struct ProviderButton {
    /// Stable id, such as `google`.
    pub id: String,
    /// Name people know.
    pub name: String,
    /// Where the button leads.
    pub url: String,
    /// Whether this browser used it last.
    pub last_used: bool,
}

/// The accounts this browser knows.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/accounts.html")]
pub struct AccountChooser {
    /// The chrome.
    pub page: Page,
    /// Buttons `account` = handle or `new`, and `remove` = handle.
    pub form: Form,
    /// The application that asked, if one did.
    pub client: Option<ClientView>,
    /// Every account, the one used last first.
    pub accounts: Vec<AccountView>,
}

/// One account in the chooser.
#[derive(Clone, Debug, Default)]
pub struct AccountView {
    /// Opaque value that names it to the server.
    pub handle: String,
    /// Display name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Whether its session still lives.
    pub signed_in: bool,
}

impl AccountView {
    /// The first letter of the name or address, for the round badge.
    pub fn initial(&self) -> String {
        let shown = if self.name.is_empty() { &self.email } else { &self.name };
        shown.chars().next().map_or_else(|| "?".into(), |c| c.to_uppercase().collect())
    }
}

/// Make an account.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/register.html")]
pub struct Register {
    /// The chrome.
    pub page: Page,
    /// Fields `given_name`, `family_name`, `email`, `password`.
    pub form: Form,
    /// The application that asked, if one did.
    pub client: Option<ClientView>,
    /// What was typed before.
    pub values: RegisterValues,
    /// What was wrong with it.
    pub errors: FieldErrors,
    /// The shortest password taken, in characters.
    pub min_password: u32,
    /// Back to signing in.
    pub sign_in_url: String,
    /// May a passkey be made instead of a password?
    pub offers_passkeys: bool,
    /// Somebody is signed in already, and no client asked for a new account.
    pub signed_in: Option<SignedInAs>,
}

/// What a person typed; the password is never given back.
#[derive(Clone, Debug, Default)]
pub struct RegisterValues {
    /// First name.
    pub given_name: String,
    /// Last name.
    pub family_name: String,
    /// E-mail address.
    pub email: String,
}

/// Type the code that was mailed.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/verify.html")]
pub struct VerifyEmail {
    /// The chrome.
    pub page: Page,
    /// Field `code`, buttons `resend` = 1 and `continue` = 1, or field `email` with another address.
    pub form: Form,
    /// The address that the email went to.
    pub email: String,
    /// The address that was probably meant, where this one looks mistyped.
    pub meant: Option<String>,
    /// What was typed in place of the address.
    pub other: String,
    /// What was wrong with it.
    pub other_error: Option<String>,
    /// Good news, such as a new letter on its way.
    pub notice: Option<String>,
    /// What was wrong with the code.
    pub error: Option<String>,
    /// Go on without, where that is allowed.
    pub later_url: Option<String>,
    /// Where the script asks whether the link was opened in another browser.
    pub wait_url: String,
    /// Sign in instead.
    pub sign_in_url: String,
}

/// The address is proven in another browser than the one that registered.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/verified_elsewhere.html")]
pub struct VerifiedElsewhere {
    /// The chrome.
    pub page: Page,
    /// On in this browser.
    pub account_url: String,
}

/// A page whose request was answered before: the person is signed in at the client.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/already.html")]
pub struct AlreadySignedIn {
    /// The chrome.
    pub page: Page,
    /// The client.
    pub client: ClientView,
    /// A page of the client, where it has one.
    pub home_url: Option<String>,
    /// The person's account.
    pub account_url: String,
    /// Answers the request again, for a client that did not get the first answer.
    pub again_url: String,
}

/// The link of a letter was opened: one button, because mail programs open links by themselves.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/verify_link.html")]
pub struct VerifyLink {
    /// The chrome.
    pub page: Page,
    /// The hidden fields.
    pub form: Form,
    /// The registration was begun in another browser: its password is needed.
    pub asks_password: bool,
    /// What was wrong.
    pub error: Option<String>,
}
