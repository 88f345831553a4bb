//! Error pages: what happened, what to do, and the ids to quote.

use askama::Template;

use crate::views::PageProblem;
use usher_page_kit::views::Layout;
use usher_page_kit::views::Mismatch;

/// An error, with what support and developers need to find it.
#[derive(Clone, Debug, Template)]
#[template(path = "error/error.html")]
pub struct ErrorPage {
    /// The layout; its trace id is shown.
    pub page: Layout,
    /// The error and the advice.
    pub problem: PageProblem,
    /// The OAuth error code, such as `invalid_request`.
    pub code: Option<String>,
    /// One sentence for the developer, in English, never from the request.
    pub details: Option<String>,
    /// When it happened, in the reader's language.
    pub time: String,
    /// The sent and registered redirect URIs after a mismatch, for users who may see them.
    pub mismatch: Option<Mismatch>,
    /// Links to continue, the best one first.
    pub ways: Vec<ErrorPageLink>,
}

/// A link to continue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorPageLink {
    /// Its label.
    pub label: String,
    /// Its URL.
    pub url: String,
}

impl ErrorPage {
    fn title(&self) -> String {
        self.problem.title(self.page.lang)
    }

    fn advice(&self) -> String {
        self.problem.advice(self.page.lang)
    }
}

/// The right server under another host name: `127.0.0.1` instead of `localhost`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "error/wrong_host.html")]
pub struct WrongHost {
    /// The layout.
    pub page: Layout,
    /// The same page under the issuer's host.
    pub url: String,
    /// The host that was used.
    pub host: String,
}

/// The startup page (503).
#[derive(Clone, Debug, Default, Template)]
#[template(path = "error/starting.html")]
pub struct Starting {
    /// The layout.
    pub page: Layout,
}
