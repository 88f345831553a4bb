//! The applications that have access to an account.

use askama::Template;

use crate::views::{RequestingClient, ScopeView};
use usher_page_kit::views::{Form, Layout, Moment};

/// Every application with access, most recently used first.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/apps.html")]
pub struct AccountApps {
    /// The layout.
    pub page: Layout,
    /// Button `client` = id removes the access.
    pub form: Form,
    /// Success message.
    pub notice: Option<String>,
    /// The applications.
    pub apps: Vec<AppView>,
}

/// One application.
#[derive(Clone, Debug, Default)]
pub struct AppView {
    /// Its id.
    pub id: String,
    /// Its name and links.
    pub client: RequestingClient,
    /// Where a sign-in to it starts (OpenID Connect Core §4), if it has such a URL.
    pub start_url: Option<String>,
    /// What it may access, as text.
    pub scopes: Vec<ScopeView>,
    /// The claims that were released to it.
    pub claims: Vec<ClaimView>,
    /// When the user consented, if they were asked.
    pub allowed: Option<Moment>,
    /// First use.
    pub first_used: Option<Moment>,
    /// Last use.
    pub last_used: Option<Moment>,
}

impl AppView {
    /// The number of released claims.
    pub fn claim_count(&self) -> u32 {
        u32::try_from(self.claims.len()).unwrap_or(u32::MAX)
    }
}

/// A released claim.
#[derive(Clone, Debug, Default)]
pub struct ClaimView {
    /// Its name.
    pub name: String,
    /// When it was last released.
    pub at: Moment,
}
