//! The applications that have access to a person.

use askama::Template;

use crate::views::{ClientView, Form, Page, ScopeView};

/// Every application with access, the one used last first.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/apps.html")]
pub struct AccountApps {
    /// The chrome.
    pub page: Page,
    /// Button `client` = id takes the access back.
    pub form: Form,
    /// Good news.
    pub notice: Option<String>,
    /// The applications.
    pub apps: Vec<AppView>,
}

/// One application.
#[derive(Clone, Debug, Default)]
pub struct AppView {
    /// Names it to the server.
    pub id: String,
    /// What people know it by.
    pub client: ClientView,
    /// What it may have, in plain words.
    pub scopes: Vec<ScopeView>,
    /// What it was really given.
    pub claims: Vec<ClaimView>,
    /// When it was allowed, if the person was asked.
    pub allowed: Option<String>,
    /// Its first visit.
    pub first_used: Option<String>,
    /// Its last visit.
    pub last_used: Option<String>,
}

impl AppView {
    /// How many things it was given.
    pub fn claim_count(&self) -> u32 {
        u32::try_from(self.claims.len()).unwrap_or(u32::MAX)
    }
}

/// One claim that was released.
#[derive(Clone, Debug, Default)]
pub struct ClaimView {
    /// What it is called.
    pub name: String,
    /// When it was given last.
    pub at: String,
}
