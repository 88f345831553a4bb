//! Signing in with a provider: questions and errors.

use askama::Template;

use crate::views::ProviderButton;
use usher_page_kit::views::{Form, Layout, Moment};

/// The form for an address, or for the code that was mailed to it.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "upstream/address.html")]
pub struct AskAddress {
    /// The layout.
    pub page: Layout,
    /// Field `code`.
    pub form: Form,
    /// Mails a code.
    pub mail_url: String,
    /// Continues without an address; `None` if one is needed.
    pub skip_url: Option<String>,
    /// The provider.
    pub provider: String,
    /// The user's name there.
    pub handle: Option<String>,
    /// The asserted or submitted address.
    pub email: String,
    /// Was a code mailed to it?
    pub sent: bool,
    /// The address that was probably meant, if the one that a code was mailed to looks mistyped.
    pub meant: Option<String>,
    /// Error message.
    pub error: Option<String>,
}

/// The question whether the account with this address is the user's.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "upstream/confirm.html")]
pub struct ConfirmLink {
    /// The layout.
    pub page: Layout,
    /// Field `code`.
    pub form: Form,
    /// Mails a code.
    pub mail_url: String,
    /// Confirms by the sign-in in this browser.
    pub confirm_url: String,
    /// The provider.
    pub provider: String,
    /// The user's name there.
    pub handle: Option<String>,
    /// The abbreviated address.
    pub email: String,
    /// Is the user recently signed in to that account here?
    pub signed_in: bool,
    /// The sign-in page.
    pub sign_in_url: String,
    /// Can a mailed code answer it?
    pub by_mail: bool,
    /// Was a code mailed?
    pub sent: bool,
    /// Other sign-in methods, or the user's own account.
    pub other_url: String,
    /// Error message.
    pub error: Option<String>,
}

/// The error page.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "upstream/trouble.html")]
pub struct UpstreamTrouble {
    /// The layout; its trace id is shown.
    pub page: Layout,
    /// The provider.
    pub provider: String,
    /// The error.
    pub trouble: UpstreamTroubleKind,
    /// The code to quote.
    pub code: &'static str,
    /// The URL to try again, if that may help.
    pub retry_url: Option<String>,
    /// Other sign-in methods.
    pub other_url: String,
    /// Goes back to the client of this name, if nothing else helps.
    pub leave: Option<(Form, String)>,
}

/// The error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpstreamTroubleKind {
    /// The user denied the request.
    Denied,
    /// The provider is unavailable or slow.
    Unavailable,
    /// The account is not allowed.
    NotAllowed,
    /// The sign-in has expired, or belongs to another browser.
    Over,
    /// The provider's response is invalid.
    #[default]
    Misbehaved,
    /// The identity belongs to another user.
    Taken,
    /// The user is disabled.
    Disabled,
    /// It was unlinked too recently.
    Lately,
    /// The provider may not create accounts.
    Closed,
    /// Nobody may make an account on the way to the client.
    SignUpClosed,
    /// The client's project does not offer the provider.
    NotOffered,
    /// New accounts need an address of certain domains.
    Domain,
    /// The provider was removed or disabled meanwhile.
    Gone,
}

impl UpstreamTroubleKind {
    /// Do the rules of the client's project cause it?
    pub const fn is_of_project(self) -> bool {
        matches!(self, Self::SignUpClosed | Self::NotOffered | Self::Domain)
    }

    /// The message keys of the error and the advice.
    const fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Denied => ("upstream-denied-title", "upstream-denied-advice"),
            Self::Unavailable => ("upstream-unavailable-title", "upstream-unavailable-advice"),
            Self::NotAllowed => ("upstream-not-allowed-title", "upstream-not-allowed-advice"),
            Self::Over => ("upstream-over-title", "upstream-over-advice"),
            Self::Misbehaved => ("upstream-misbehaved-title", "upstream-misbehaved-advice"),
            Self::Taken => ("upstream-taken-title", "upstream-taken-advice"),
            Self::Disabled => ("upstream-disabled-title", "upstream-disabled-advice"),
            Self::Lately => ("upstream-lately-title", "upstream-lately-advice"),
            Self::Closed => ("upstream-closed-title", "upstream-closed-advice"),
            Self::SignUpClosed => ("no-sign-up-title", "upstream-sign-up-closed-advice"),
            Self::NotOffered => ("upstream-not-offered-title", "upstream-not-offered-advice"),
            Self::Domain => ("upstream-domain-title", "upstream-domain-advice"),
            Self::Gone => ("upstream-gone-title", "upstream-gone-advice"),
        }
    }
}

impl UpstreamTrouble {
    fn title(&self) -> String {
        self.page.tv(self.trouble.keys().0, "provider", self.provider.as_str())
    }

    fn advice(&self) -> String {
        self.page.tv(self.trouble.keys().1, "provider", self.provider.as_str())
    }
}

/// The data of a provider about a user are deleted.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "upstream/deletion.html")]
pub struct DataDeletion {
    /// The layout.
    pub page: Layout,
    /// The account's data page.
    pub account_url: String,
}

/// The linked identities.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/identities.html")]
pub struct AccountIdentities {
    /// The layout.
    pub page: Layout,
    /// Buttons `link`, `unlink`, `merge`, `undo`.
    pub form: Form,
    /// The linked identities.
    pub identities: Vec<IdentityView>,
    /// The providers that can be linked.
    pub providers: Vec<ProviderButton>,
    /// Other accounts that are signed in with this browser.
    pub others: Vec<OtherAccount>,
    /// Merges that can be undone.
    pub merges: Vec<MergeView>,
    /// Success message.
    pub notice: Option<String>,
    /// Error message.
    pub error: Option<String>,
}

/// One identity.
#[derive(Clone, Debug, Default)]
pub struct IdentityView {
    /// Its id.
    pub id: String,
    /// The provider's name.
    pub provider: String,
    /// The kind of the provider, for its mark.
    pub kind: String,
    /// The user's name there.
    pub handle: Option<String>,
    /// When it was linked.
    pub linked: Moment,
    /// When it was last used.
    pub last_used: Option<Moment>,
}

/// Another account in this browser.
#[derive(Clone, Debug, Default)]
pub struct OtherAccount {
    /// Its session.
    pub session: String,
    /// Its name or address.
    pub label: String,
}

/// A merge that can be undone.
#[derive(Clone, Debug, Default)]
pub struct MergeView {
    /// Its id.
    pub id: String,
    /// The account that was merged.
    pub label: String,
    /// Until when it can be undone.
    pub until: Moment,
}
