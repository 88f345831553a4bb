//! When it cannot go on: what happened, what to do, and what to quote.

use askama::Template;

use super::{Form, Mismatch, Page, Problem};

/// An error in plain words, with what support and developers need to find it.
#[derive(Clone, Debug, Template)]
#[template(path = "error/error.html")]
pub struct ErrorPage {
    /// The chrome; its trace id is shown.
    pub page: Page,
    /// What happened and what to do about it.
    pub problem: Problem,
    /// The OAuth error code, such as `invalid_request`.
    pub code: Option<String>,
    /// One sentence for the developer, in English, never from the request.
    pub details: Option<String>,
    /// When, in the reader's language.
    pub time: String,
    /// Both sides of a redirect URI that did not match, for those who may see them.
    pub mismatch: Option<Mismatch>,
    /// The ways on, the best one first.
    pub ways: Vec<Way>,
}

/// A way on from a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// What the button says.
    pub label: String,
    /// Where it leads.
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

/// The right server under the wrong name: `127.0.0.1` instead of `localhost`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "error/wrong_host.html")]
pub struct WrongHost {
    /// The chrome.
    pub page: Page,
    /// The same page under the issuer's own name.
    pub url: String,
    /// The name that was used.
    pub host: String,
}

/// Not ready yet (503).
#[derive(Clone, Debug, Default, Template)]
#[template(path = "error/starting.html")]
pub struct Starting {
    /// The chrome.
    pub page: Page,
}

/// The person was signed out while they were typing: what they typed is kept in the page.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "error/kept.html")]
pub struct Kept {
    /// The chrome.
    pub page: Page,
    /// The form, posted again to where it was going.
    pub form: Form,
    /// What was typed, by field.
    pub fields: Vec<(String, String)>,
    /// Where the person signs in, in a tab of its own.
    pub sign_in_url: String,
}
