//! Signing in elsewhere: the questions in between, and what can go wrong.

use askama::Template;

use crate::views::{Form, Page, ProviderButton};

/// An address is wanted, or the code that was mailed to it.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "upstream/address.html")]
pub struct AskAddress {
    /// The chrome.
    pub page: Page,
    /// Fields `email` with button `mail`, or `code`; button `skip`.
    pub form: Form,
    /// The provider the person came from.
    pub provider: String,
    /// Who they are there.
    pub handle: Option<String>,
    /// The address told or typed.
    pub email: String,
    /// Was a code mailed to it?
    pub sent: bool,
    /// What was wrong.
    pub error: Option<String>,
}

/// There is an account with this address: is it theirs?
#[derive(Clone, Debug, Default, Template)]
#[template(path = "upstream/confirm.html")]
pub struct ConfirmLink {
    /// The chrome.
    pub page: Page,
    /// Buttons `confirm`, `mail`; field `code`.
    pub form: Form,
    /// The provider the person came from.
    pub provider: String,
    /// Who they are there.
    pub handle: Option<String>,
    /// The address, shown in part.
    pub email: String,
    /// Has the person signed in to that account here, just now?
    pub signed_in: bool,
    /// Where they do.
    pub sign_in_url: String,
    /// May a mailed code answer it?
    pub by_mail: bool,
    /// Was one mailed?
    pub sent: bool,
    /// It is not theirs: the other ways in, or back to the account.
    pub other_url: String,
    /// What was wrong.
    pub error: Option<String>,
}

/// Nobody is in.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "upstream/trouble.html")]
pub struct UpstreamTrouble {
    /// The chrome; its trace id is shown.
    pub page: Page,
    /// The provider.
    pub provider: String,
    /// What went wrong.
    pub trouble: Trouble,
    /// The code to quote.
    pub code: &'static str,
    /// Where to try again, if that may help.
    pub retry_url: Option<String>,
    /// The other ways in.
    pub other_url: String,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trouble {
    /// The person said no there.
    Denied,
    /// The provider is down or slow.
    Unavailable,
    /// Only certain accounts are let in.
    NotAllowed,
    /// The journey is too old, or another browser's.
    Over,
    /// The provider could not be believed.
    #[default]
    Misbehaved,
    /// The identity leads to another account.
    Taken,
    /// The account may not sign in.
    Disabled,
    /// It was unlinked too lately.
    Lately,
    /// No new accounts this way.
    Closed,
}

impl Trouble {
    /// The keys of what happened and what to do.
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

/// What a provider told about somebody is deleted.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "upstream/deletion.html")]
pub struct DataDeletion {
    /// The chrome.
    pub page: Page,
    /// On to the account that may be left.
    pub account_url: String,
}

/// The ways in that providers vouch for.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/identities.html")]
pub struct AccountIdentities {
    /// The chrome.
    pub page: Page,
    /// Buttons `link`, `unlink`, `merge`, `undo`.
    pub form: Form,
    /// What is linked.
    pub identities: Vec<IdentityView>,
    /// What may be linked.
    pub providers: Vec<ProviderButton>,
    /// Other accounts that are signed in at this browser.
    pub others: Vec<OtherAccount>,
    /// Merges that can be taken back.
    pub merges: Vec<MergeView>,
    /// What was done.
    pub notice: Option<String>,
    /// Why it was not.
    pub error: Option<String>,
}

/// One identity.
#[derive(Clone, Debug, Default)]
pub struct IdentityView {
    /// Its name to the server.
    pub id: String,
    /// What its provider is called.
    pub provider: String,
    /// Who the person is there.
    pub handle: Option<String>,
    /// Since when.
    pub linked: String,
    /// When it last signed the person in.
    pub last_used: Option<String>,
}

/// Another account at this browser.
#[derive(Clone, Debug, Default)]
pub struct OtherAccount {
    /// Its session.
    pub session: String,
    /// How it is called.
    pub label: String,
}

/// A merge that can be taken back.
#[derive(Clone, Debug, Default)]
pub struct MergeView {
    /// Its name to the server.
    pub id: String,
    /// The account that was merged.
    pub label: String,
    /// Until when.
    pub until: String,
}
