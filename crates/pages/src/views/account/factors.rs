//! Second factors and passkeys: the pages that ask for them, set them up and list them.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::views::RequestingClient;
use usher_domain::urls::{PasskeyUrls, RememberedUrls};
use usher_page_kit::views::{Form, Layout, Moment};

/// What a page needs to request a passkey.
#[derive(Clone, Debug, Default)]
pub struct PasskeyAsk {
    /// The options, JSON.
    pub options: String,
    /// The state, to be sent back with the response.
    pub state: String,
}

/// The names of `DOMException` (Web IDL) for a failed request, with the message for each.
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
    /// Every name with its message in the reader's language.
    pub fn sentences(&self, page: &Layout) -> Vec<(&'static str, String)> {
        REASONS.iter().map(|(name, key)| (*name, page.t(key))).collect()
    }
}

/// The page of the second factor.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/second.html")]
pub struct SecondFactor {
    /// The layout.
    pub page: Layout,
    /// Field `code` and box `remember`, or a passkey.
    pub form: Form,
    /// The second step by a passkey.
    pub passkey_url: String,
    /// The account's address or name.
    pub account: String,
    /// Can a code of the app be used?
    pub totp: bool,
    /// Does the page ask for a recovery code instead?
    pub recovery: bool,
    /// The passkey request, if the user has one.
    pub passkey: Option<PasskeyAsk>,
    /// Can this browser be remembered?
    pub may_remember: bool,
    /// The same page for a recovery code, or back from it.
    pub other_url: Option<String>,
    /// Restarts the sign-in.
    pub cancel_url: String,
    /// Error message.
    pub error: Option<String>,
}

/// The page for a client that requires a second factor when the user has none.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/enrol.html")]
pub struct Enrol {
    /// The layout.
    pub page: Layout,
    /// Button `cancel`.
    pub form: Form,
    /// The client.
    pub client: RequestingClient,
    /// The page of the authenticator app.
    pub totp_url: String,
    /// The page of a new passkey, if the server offers passkeys.
    pub passkey_url: Option<String>,
}

/// The page that sets up an authenticator app.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "factors/totp.html")]
pub struct TotpSetup {
    /// The layout.
    pub page: Layout,
    /// Fields `offer`, `code`.
    pub form: Form,
    /// The seed as an image: generated SVG, inserted unescaped.
    pub qr: String,
    /// The seed for typing.
    pub typed: String,
    /// The seed as a URI, for an app on this device.
    pub url: String,
    /// The seed, sealed.
    pub offer: String,
    /// The previous page.
    pub cancel_url: String,
    /// Error message.
    pub error: Option<String>,
}

/// Recovery codes, shown once.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "factors/codes.html")]
pub struct RecoveryCodesPage {
    /// The layout.
    pub page: Layout,
    /// The codes; empty if they were shown before.
    pub codes: Vec<String>,
    /// The next page.
    pub next_url: String,
    /// The page to make new ones.
    pub security_url: String,
}

impl RecoveryCodesPage {
    /// The codes as a `data:` URL, which needs no further request.
    pub fn download(&self) -> String {
        format!("data:text/plain;base64,{}", STANDARD.encode(self.codes.join("\r\n")))
    }
}

/// The page that creates a passkey.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "factors/passkey.html")]
pub struct NewPasskey {
    /// The layout.
    pub page: Layout,
    /// Fields `state`, `credential`.
    pub form: Form,
    /// The passkey request.
    pub passkey: PasskeyAsk,
    /// Is it part of a registration? Then it can be skipped.
    pub first: bool,
    /// The previous page, or the next one without a passkey.
    pub cancel_url: String,
    /// Error message.
    pub error: Option<String>,
}

/// The factors of a user, on the security page.
#[derive(Clone, Debug, Default)]
pub struct FactorsView {
    /// Buttons `action`, `forget`; fields `passkey`, `name`.
    pub form: Form,
    /// Every passkey.
    pub passkeys: Vec<PasskeyView>,
    /// The accepted passkeys for the browser (Signal API), JSON.
    pub accepted: Option<String>,
    /// The page of a new passkey; `None` if the server offers none.
    pub new_passkey_url: Option<String>,
    /// Is there an authenticator app?
    pub totp: bool,
    /// The page to set one up.
    pub totp_url: String,
    /// Is a passkey required after every password?
    pub always: bool,
    /// Recovery codes left.
    pub recovery_codes: u32,
    /// Browsers that are exempt from the second factor.
    pub remembered: Vec<RememberedView>,
}

impl FactorsView {
    /// Is a second step asked for after a password?
    pub const fn asks_second(&self) -> bool {
        self.totp || self.always
    }

    /// Are recovery codes useful?
    pub fn shows_codes(&self) -> bool {
        self.totp || !self.passkeys.is_empty()
    }
}

/// One passkey.
#[derive(Clone, Debug, Default)]
pub struct PasskeyView {
    pub urls: PasskeyUrls,
    /// The name its owner gave it.
    pub name: String,
    /// Copied between devices?
    pub synced: bool,
    /// When it was created, in the reader's language.
    pub created: Moment,
    /// When it was last used; empty if never.
    pub last_used: Option<Moment>,
}

/// One remembered browser.
#[derive(Clone, Debug, Default)]
pub struct RememberedView {
    pub urls: RememberedUrls,
    /// Browser and system.
    pub user_agent: String,
    /// When it expires, in the reader's language.
    pub until: Moment,
}
