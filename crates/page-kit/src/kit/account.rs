//! The kits of a signed-in user: of the account pages, and of an administrator in the console.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};

use super::page_kit::PageKit;
use super::stop::PageStop;
use crate::page_kit_fields;
use crate::views::Layout;
use crate::visitor_pages::VisitorPages as _;
use usher_accounts::Account;
use usher_domain::page::Cursor;
use usher_domain::project::Project;
use usher_domain::urls;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// A page of the signed-in user. Others sign in first, and come back.
pub struct AccountPage {
    pub app: App,
    pub visitor: Visitor,
    /// The account that was used last in this browser.
    pub account: Account,
    pub query: Params,
    /// The URL of the page; of an action, that of the page above it.
    pub here: String,
    refused: Option<HttpProblem>,
}

/// A page of the console. Who is not signed in signs in first; other users get 403.
pub struct AdminPage {
    pub app: App,
    pub visitor: Visitor,
    /// The administrator.
    pub account: Account,
    /// The first projects, by age: those that the switch of the console offers.
    pub projects: Vec<Project>,
    pub query: Params,
    refused: Option<HttpProblem>,
}

/// How many projects the switch of the console offers.
const SWITCH: u32 = 20;

impl FromRequestParts<App> for AccountPage {
    type Rejection = PageStop;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let here = urls::page_of_action(parts.uri.path()).to_owned();
        let (visitor, query, account) = signed_in(parts, app, &with_query(&here, parts)).await?;
        Ok(Self { app: app.clone(), visitor, account, query, here, refused: None })
    }
}

impl FromRequestParts<App> for AdminPage {
    type Rejection = PageStop;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let here = if parts.method == Method::GET { parts.uri.path().to_owned() } else { urls::CONSOLE.to_owned() };
        let (visitor, query, account) = signed_in(parts, app, &here).await?;
        if !account.user.admin {
            let words = "Only administrators may see this page.";
            return Err(HttpProblem::new(StatusCode::FORBIDDEN, "NOT_ALLOWED", words).into());
        }
        let projects = app.usher.projects.list_projects(Cursor::START, SWITCH).await?.items;
        Ok(Self { app: app.clone(), visitor, account, projects, query, refused: None })
    }
}

/// The page with its query. A submitted form is lost, and the page says so.
fn with_query(here: &str, parts: &Parts) -> String {
    let here = parts.uri.query().map_or_else(|| here.to_owned(), |query| format!("{here}?{query}"));
    if parts.method == Method::POST { urls::with(&here, urls::DONE, urls::DONE_REPEAT) } else { here }
}

async fn signed_in(parts: &mut Parts, app: &App, then: &str) -> Result<(Visitor, Params, Account), PageStop> {
    let visitor = Visitor::from_request_parts(parts, app).await?;
    let Some(account) = app.usher.accounts.current(&visitor.browser).await? else {
        return Err(PageStop::answer(visitor.redirect(&urls::login_then(then))));
    };
    app.usher.accounts.touch(&account, &visitor.device).await?;
    let QueryParams(query) = QueryParams::from_request_parts(parts, app).await?;
    Ok((visitor, query, account))
}

impl PageKit for AccountPage {
    page_kit_fields!();

    fn head(&self, here: &str) -> Layout {
        self.visitor.page_of(&self.account, here)
    }

    fn sign_in_again(&self) -> Option<String> {
        Some(urls::login_to_repeat(&self.here))
    }
}

impl PageKit for AdminPage {
    page_kit_fields!();

    fn head(&self, here: &str) -> Layout {
        self.visitor.console_page(&self.account, here, &self.projects)
    }
}
