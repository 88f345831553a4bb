//! Answering a CIBA request.

use askama::Template;

use crate::views::RequestingClient;
use usher_domain::urls;
use usher_page_kit::views::Layout;

/// The request, on the consent page.
#[derive(Clone, Debug, Default)]
pub struct CibaOrigin {
    /// The text that the application shows as well.
    pub binding_message: Option<String>,
    /// The network that the application asked from, as text.
    pub place: String,
    /// When it asked, in the reader's language.
    pub time: String,
}

/// The page after the answer.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "ciba/done.html")]
pub struct CibaDone {
    pub page: Layout,
    pub client: RequestingClient,
    pub answer: CibaAnswer,
}

/// What the person answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CibaAnswer {
    #[default]
    Allowed,
    Denied,
    Reported,
}

impl CibaAnswer {
    /// The keys of the heading, of the paragraph, and of the sentence before the link.
    pub const fn keys(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Allowed => ("ciba-allowed-title", "ciba-allowed-lead", "device-allowed-undo"),
            Self::Denied => ("ciba-denied-title", "ciba-denied-lead", "ciba-denied-more"),
            Self::Reported => ("ciba-reported-title", "ciba-reported-lead", "ciba-reported-more"),
        }
    }

    /// The link: its URL and the key of its text.
    pub const fn link(self) -> (&'static str, &'static str) {
        match self {
            Self::Allowed => (urls::APPS, "tab-apps"),
            Self::Denied => (urls::ACTIVITY, "tab-activity"),
            Self::Reported => (urls::SECURITY, "tab-security"),
        }
    }
}
