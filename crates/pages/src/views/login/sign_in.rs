//! Signing in, choosing an account, registering, verifying the email address.

use askama::Template;

use crate::views::{PasskeyAsk, RequestingClient};
use usher_page_kit::views::{FieldErrors, Form, Layout, initials, tone};

/// Signing in with an email address and a password, or with a provider.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/sign_in.html")]
pub struct SignIn {
    /// The layout.
    pub page: Layout,
    /// Fields `email`, `password`.
    pub form: Form,
    /// The client, if the page is part of its request.
    pub client: Option<RequestingClient>,
    /// The submitted or hinted address.
    pub email: String,
    /// Is the user fixed, because they must authenticate again? Then the address cannot be edited.
    pub email_fixed: bool,
    /// Success or neutral message above the form.
    pub notice: Option<String>,
    /// Error message above the form.
    pub error: Option<String>,
    /// The registration page; `None` if registration is closed.
    pub register_url: Option<String>,
    /// The password recovery page.
    pub recover_url: String,
    /// Other accounts of this browser, or (with a fixed address) another account.
    pub accounts_url: Option<String>,
    /// The passkey request, if the server offers passkeys.
    pub passkey: Option<PasskeyAsk>,
    /// The passkey form.
    pub passkey_form: Form,
    /// The unknown passkey that was just used, for `signalUnknownCredential`: JSON.
    pub unknown_passkey: Option<String>,
    /// The providers, in a fixed order.
    pub providers: Vec<ProviderButton>,
    /// The abbreviated address, if this browser last signed in by password.
    pub last_used: Option<String>,
    /// The abbreviated address, if this browser last signed in by passkey.
    pub passkey_last_used: Option<String>,
    /// Has the fixed user no password? Then none is asked for.
    pub without_password: bool,
    /// The signed-in user, if they need not authenticate again.
    pub signed_in: Option<SignedInAs>,
}

impl SignIn {
    /// Must the signed-in user authenticate again?
    pub const fn asks_again(&self) -> bool {
        self.email_fixed || self.without_password
    }

    pub fn initials(&self) -> String {
        initials(&self.email)
    }

    pub fn tone(&self) -> usize {
        tone(&self.email)
    }

    /// Are there so few providers that each has room for its name?
    pub const fn few_providers(&self) -> bool {
        self.providers.len() <= NAMED_PROVIDERS
    }

    /// Did this browser last sign in by passkey?
    pub const fn passkey_was_last(&self) -> bool {
        self.passkey_last_used.is_some() && !self.email_fixed
    }

    /// Is the passkey as likely as the password? Otherwise it is a small link: autofill offers it anyway.
    pub const fn shows_passkey_first(&self) -> bool {
        self.without_password || self.passkey_last_used.is_some()
    }
}

/// How many providers are shown by name; of more, only the first is.
const NAMED_PROVIDERS: usize = 3;

/// A signed-in user.
#[derive(Clone, Debug, Default)]
pub struct SignedInAs {
    /// Name or address.
    pub name: String,
    /// Continues as this user.
    pub continue_url: String,
}

/// The button of a provider.
#[derive(Clone, Debug, Default)]
pub struct ProviderButton {
    /// Stable id, such as `google`.
    pub id: String,
    /// Its kind, for its mark.
    pub kind: String,
    /// Display name.
    pub name: String,
    /// Its URL.
    pub url: String,
    /// Did this browser use it last?
    pub last_used: bool,
}

/// The accounts of this browser.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/accounts.html")]
pub struct AccountChooser {
    /// The layout.
    pub page: Layout,
    /// Buttons `account` = handle or `new`, and `remove` = handle.
    pub form: Form,
    /// The client, if the page is part of its request.
    pub client: Option<RequestingClient>,
    /// Every account, the one used last first.
    pub accounts: Vec<AccountView>,
}

/// One account in the chooser.
#[derive(Clone, Debug, Default)]
pub struct AccountView {
    /// An opaque identifier.
    pub handle: String,
    /// Display name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Is its session valid?
    pub signed_in: bool,
}

impl AccountView {
    pub fn initials(&self) -> String {
        initials(if self.name.is_empty() { &self.email } else { &self.name })
    }

    pub fn tone(&self) -> usize {
        tone(&self.email)
    }
}

/// The registration page.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/register.html")]
pub struct Register {
    /// The layout.
    pub page: Layout,
    /// Fields `given_name`, `family_name`, `email`, `password`.
    pub form: Form,
    /// The client, if the page is part of its request.
    pub client: Option<RequestingClient>,
    /// The submitted values.
    pub values: RegisterValues,
    /// Validation errors.
    pub errors: FieldErrors,
    /// The minimum length of a password, in characters.
    pub min_password: u32,
    /// The sign-in page.
    pub sign_in_url: String,
    /// Can a passkey be created instead of a password?
    pub offers_passkeys: bool,
    /// May the account have a password?
    pub offers_passwords: bool,
    /// The domains of which the address must be; any if empty.
    pub domains: Vec<String>,
    /// The signed-in user, if no client requested a new account.
    pub signed_in: Option<SignedInAs>,
    /// The providers that create accounts.
    pub providers: Vec<ProviderButton>,
}

impl Register {
    /// Are there so few providers that each has room for its name?
    pub const fn few_providers(&self) -> bool {
        self.providers.len() <= NAMED_PROVIDERS
    }

    /// Does it offer to register by email?
    pub const fn by_email(&self) -> bool {
        self.offers_passwords || self.offers_passkeys
    }

    /// Does it offer any way to make an account?
    pub const fn offers_anything(&self) -> bool {
        self.by_email() || !self.providers.is_empty()
    }

    /// The explanation of the field of the address.
    fn email_hint(&self) -> String {
        if self.domains.is_empty() {
            return self.page.t("register-email-hint");
        }
        self.page.tp("register-domains-hint", "domains", &self.domains.join(", "))
    }
}

/// Nobody may make an account on the way to this client.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/no_sign_up.html")]
pub struct NoSignUp {
    /// The layout.
    pub page: Layout,
    /// Goes back to the client.
    pub form: Form,
    /// The client.
    pub client: RequestingClient,
    /// The sign-in page.
    pub sign_in_url: String,
}

/// The submitted values, except the password.
#[derive(Clone, Debug, Default)]
pub struct RegisterValues {
    /// First name.
    pub given_name: String,
    /// Last name.
    pub family_name: String,
    /// Email address.
    pub email: String,
}

/// The form for the mailed code.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/verify.html")]
pub struct VerifyEmail {
    /// The layout.
    pub page: Layout,
    /// Field `code`, buttons `resend` = 1 and `continue` = 1, or field `email` with another address.
    pub form: Form,
    pub resend_url: String,
    pub continue_url: String,
    /// Sends the code to another address.
    pub address_url: String,
    /// The address that the email was sent to.
    pub email: String,
    /// A suggested correction, if the address looks mistyped.
    pub meant: Option<String>,
    /// The submitted correction of the address.
    pub other: String,
    /// Its error message.
    pub other_error: Option<String>,
    /// Success message, such as that a new email was sent.
    pub notice: Option<String>,
    /// Error message of the code.
    pub error: Option<String>,
    /// Skips this step, if that is allowed.
    pub later_url: Option<String>,
    /// The URL that the script polls.
    pub wait_url: String,
    /// The sign-in page.
    pub sign_in_url: String,
}

/// The address was verified in a browser other than the one that registered.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/verified_elsewhere.html")]
pub struct VerifiedElsewhere {
    /// The layout.
    pub page: Layout,
    /// Continues in this browser.
    pub account_url: String,
}

/// The page for a request that was answered before: the user is signed in at the client.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/already.html")]
pub struct AlreadySignedIn {
    /// The layout.
    pub page: Layout,
    /// The client.
    pub client: RequestingClient,
    /// A page of the client, if it has one.
    pub home_url: Option<String>,
    /// The user's account.
    pub account_url: String,
    /// Repeats the response, for a client that did not receive the first one.
    pub again_url: String,
}

/// The page of an emailed link: one button, because mail programs open links by themselves.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/verify_link.html")]
pub struct VerifyLink {
    /// The layout.
    pub page: Layout,
    /// The hidden fields.
    pub form: Form,
    /// Was the registration begun in another browser? Then its password is needed.
    pub asks_password: bool,
    /// Error message.
    pub error: Option<String>,
}
