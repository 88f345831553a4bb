//! Second factors and passkeys: asked for at the door, set up, listed.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::views::{ClientView, Form, Page};

/// What a page needs to ask the browser for a passkey.
#[derive(Clone, Debug, Default)]
pub struct PasskeyAsk {
    /// The options, JSON.
    pub options: String,
    /// What comes back with the answer.
    pub state: String,
}

/// Why a browser gives no passkey (Web IDL's names of `DOMException`), and the sentence for it.
const REASONS: [(&str, &str); 11] = [
    ("NotAllowedError", "passkey-not-allowed"),
    ("InvalidStateError", "passkey-invalid-state"),
    ("NotSupportedError", "passkey-not-supported"),
    ("SecurityError", "passkey-security"),
    ("AbortError", "passkey-aborted"),
    ("TimeoutError", "passkey-timeout"),
    ("ConstraintError", "passkey-constraint"),
    ("NotReadableError", "passkey-not-readable"),
    ("OperationError", "passkey-busy"),
    ("UnknownError", "passkey-unknown-error"),
    ("Unsupported", "passkey-unsupported"),
];

impl PasskeyAsk {
    /// Every reason with its sentence in the reader's language.
    pub fn sentences(&self, page: &Page) -> Vec<(&'static str, String)> {
        REASONS.iter().map(|(name, key)| (*name, page.t(key))).collect()
    }
}

/// The second step of signing in.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/second.html")]
pub struct SecondFactor {
    /// The chrome.
    pub page: Page,
    /// Field `code` and box `remember`, or a passkey.
    pub form: Form,
    /// Whose account it is.
    pub account: String,
    /// May a code of the app be given?
    pub totp: bool,
    /// Is a recovery code asked for instead?
    pub recovery: bool,
    /// How to ask for a passkey, where there is one.
    pub passkey: Option<PasskeyAsk>,
    /// May this browser be remembered?
    pub may_remember: bool,
    /// The same page with a recovery code, or back from it.
    pub other_url: Option<String>,
    /// Begin anew.
    pub cancel_url: String,
    /// What was wrong.
    pub error: Option<String>,
}

/// A client lets nobody in without a second factor, and the person has none.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/enrol.html")]
pub struct Enrol {
    /// The chrome.
    pub page: Page,
    /// Button `cancel`.
    pub form: Form,
    /// The application.
    pub client: ClientView,
    /// Set up an authenticator app.
    pub totp_url: String,
    /// Make a passkey, where this house has them.
    pub passkey_url: Option<String>,
}

/// Set up an authenticator app.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "factors/totp.html")]
pub struct TotpSetup {
    /// The chrome.
    pub page: Page,
    /// Fields `offer`, `code`.
    pub form: Form,
    /// The seed as an image: SVG of our own making, shown as it is.
    pub qr: String,
    /// The seed as it is typed.
    pub typed: String,
    /// The seed as an app on this very device takes it.
    pub url: String,
    /// The seed, sealed.
    pub offer: String,
    /// Back.
    pub cancel_url: String,
    /// What was wrong.
    pub error: Option<String>,
}

/// Recovery codes, shown this once.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "factors/codes.html")]
pub struct RecoveryCodes {
    /// The chrome.
    pub page: Page,
    /// The codes; none where they were shown before.
    pub codes: Vec<String>,
    /// Where to go on.
    pub next_url: String,
    /// Where new ones are made.
    pub security_url: String,
}

impl RecoveryCodes {
    /// The codes as a file: an address that holds them itself, so that no server is asked again.
    pub fn download(&self) -> String {
        format!("data:text/plain;base64,{}", STANDARD.encode(self.codes.join("\r\n")))
    }
}

/// Make a passkey.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "factors/passkey.html")]
pub struct NewPasskey {
    /// The chrome.
    pub page: Page,
    /// Fields `state`, `credential`.
    pub form: Form,
    /// How to ask for it.
    pub passkey: PasskeyAsk,
    /// Part of a registration: it may be left for later.
    pub first: bool,
    /// Back, or on without.
    pub cancel_url: String,
    /// What was wrong.
    pub error: Option<String>,
}

/// The factors of a person, on the security page.
#[derive(Clone, Debug, Default)]
pub struct FactorsView {
    /// Buttons `action`, `forget`; fields `passkey`, `name`.
    pub form: Form,
    /// Every passkey.
    pub passkeys: Vec<PasskeyView>,
    /// What the browser is told about the passkeys that are still known (Signal API), JSON.
    pub accepted: Option<String>,
    /// Make one more; `None` where this house has none.
    pub new_passkey_url: Option<String>,
    /// Is there an authenticator app?
    pub totp: bool,
    /// Set one up.
    pub totp_url: String,
    /// Is a passkey asked for after every password?
    pub always: bool,
    /// Recovery codes left.
    pub recovery_codes: u32,
    /// Browsers that are spared the second step.
    pub remembered: Vec<RememberedView>,
}

impl FactorsView {
    /// Are recovery codes of any use?
    pub fn shows_codes(&self) -> bool {
        self.totp || !self.passkeys.is_empty()
    }
}

/// One passkey.
#[derive(Clone, Debug, Default)]
pub struct PasskeyView {
    /// Names it to the server.
    pub id: String,
    /// The name its owner gave it.
    pub name: String,
    /// Copied between devices?
    pub synced: bool,
    /// When it was made, in the reader's language.
    pub created: String,
    /// When it was last used; empty if never.
    pub last_used: String,
}

/// One remembered browser.
#[derive(Clone, Debug, Default)]
pub struct RememberedView {
    /// Names it to the server.
    pub id: String,
    /// What it said it is.
    pub user_agent: String,
    /// Until when, in the reader's language.
    pub until: String,
}
