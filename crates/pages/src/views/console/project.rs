//! The pages of one project: what they have in common, its members, its token.

use askama::Template;

use super::super::{FieldErrors, Form, NavLink, Page};

/// The pages of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProjectTab {
    /// Its clients.
    Clients,
    /// Who works on it.
    Members,
    /// Its token.
    Token,
    /// Its webhooks.
    Webhooks,
}

impl ProjectTab {
    const fn key(self) -> &'static str {
        match self {
            Self::Clients => "clients",
            Self::Members => "members",
            Self::Token => "project-token",
            Self::Webhooks => "webhooks",
        }
    }
}

/// What every page of a project begins with.
#[derive(Clone, Debug, Default)]
pub struct ProjectHead {
    /// The project's name.
    pub name: String,
    /// Back to all projects.
    pub console_url: String,
    /// Its pages.
    pub links: Vec<NavLink>,
}

impl ProjectHead {
    /// The head of the page `here`, with links to all of them.
    pub fn new(
        page: &Page,
        name: String,
        console_url: &str,
        here: ProjectTab,
        pages: impl IntoIterator<Item = (ProjectTab, String)>,
    ) -> Self {
        let link = |(tab, url): (ProjectTab, String)| NavLink { label: page.t(tab.key()), url, current: tab == here };
        Self { name, console_url: console_url.to_owned(), links: pages.into_iter().map(link).collect() }
    }
}

/// A secret on the page that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShownSecret {
    /// Now, and never again.
    Now(String),
    /// It was shown before, or was made for somebody else.
    Before,
}

impl ShownSecret {
    /// The secret, if this is the time to show it.
    pub fn now(&self) -> Option<&str> {
        match self {
            Self::Now(secret) => Some(secret),
            Self::Before => None,
        }
    }
}

/// Who works on a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/members.html")]
pub struct MembersPage {
    /// The chrome.
    pub page: Page,
    /// The head of the project's pages.
    pub project: ProjectHead,
    /// Buttons `do` = `add` (fields `email`, `role`), `change` (`user`, `role`), `remove` (`user`).
    pub form: Form,
    /// The members, oldest account first.
    pub members: Vec<MemberRow>,
    /// The address that was typed before.
    pub email: String,
    /// The role that is chosen.
    pub role: String,
    /// Good news.
    pub notice: Option<String>,
    /// What was wrong.
    pub errors: FieldErrors,
}

/// One member.
#[derive(Clone, Debug, Default)]
pub struct MemberRow {
    /// The user's id.
    pub user: String,
    /// Their address, or the number that stands for them.
    pub label: String,
    /// `viewer`, `developer` or `owner`.
    pub role: String,
    /// Since when, in the reader's language.
    pub since: String,
}

impl MembersPage {
    /// The roles: `(value, name, explanation)`.
    pub fn roles(&self) -> [(&'static str, String, String); 3] {
        [
            ("viewer", "role-viewer", "role-viewer-text"),
            ("developer", "role-developer", "role-developer-text"),
            ("owner", "role-owner", "role-owner-text"),
        ]
        .map(|(value, name, text)| (value, self.page.t(name), self.page.t(text)))
    }
}

/// The token of a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/token.html")]
pub struct ProjectTokenPage {
    /// The chrome.
    pub page: Page,
    /// The head of the project's pages.
    pub project: ProjectHead,
    /// Fields `current_token`, `overlap`, `discard_history`.
    pub form: Form,
    /// The token that was just made.
    pub token: Option<ShownSecret>,
    /// What was typed as the present token.
    pub current_token: String,
    /// For how long the old token stays good, in seconds.
    pub overlap: String,
    /// Whether the history may go.
    pub discard_history: bool,
    /// Good news.
    pub notice: Option<String>,
    /// What was wrong.
    pub errors: FieldErrors,
}

impl ProjectTokenPage {
    /// The overlaps to choose from: `(seconds, words, chosen)`.
    pub fn overlaps(&self) -> [(&'static str, String, bool); 5] {
        overlaps(&self.page, &self.overlap)
    }
}

/// How long what is replaced stays good: `(seconds, words, chosen)`.
pub(super) fn overlaps(page: &Page, chosen: &str) -> [(&'static str, String, bool); 5] {
    [
        ("0", "overlap-none"),
        ("3600", "overlap-hour"),
        ("86400", "overlap-day"),
        ("604800", "overlap-week"),
        ("2592000", "overlap-month"),
    ]
    .map(|(seconds, key)| (seconds, page.t(key), chosen == seconds))
}
