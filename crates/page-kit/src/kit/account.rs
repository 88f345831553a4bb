//! The kits of a signed-in user: of the account pages, of everybody who has projects, and of administrators.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};

use super::page_kit::PageKit;
use super::stop::PageStop;
use crate::page_kit_fields;
use crate::page_routes::DrawsFrame;
use crate::views::Layout;
use crate::visitor_pages::VisitorPages as _;
use usher_accounts::{Account, FlowError};
use usher_domain::event::actor::EventActor;
use usher_domain::page::Cursor;
use usher_domain::project::Project;
use usher_domain::urls;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;
use usher_storage::EventOrigin;

/// A page of the signed-in user. Others sign in first, and come back.
pub struct AccountPage {
    pub app: App,
    pub visitor: Visitor,
    /// The account that was used last in this browser.
    pub account: Account,
    pub query: Params,
    /// The URL of the page; of an action, that of the page above it.
    pub here: String,
    /// Whether the user, who is no administrator, is a member of a project.
    is_member: bool,
    refused: Option<HttpProblem>,
}

/// A page of the console for everybody who has projects or may create one. Who is not signed in signs in first; other
/// users get 403.
pub struct ConsolePage {
    pub app: App,
    pub visitor: Visitor,
    pub account: Account,
    /// The first projects that the user may see, by age: those that the switch of the console offers.
    pub projects: Vec<Project>,
    pub query: Params,
    refused: Option<HttpProblem>,
}

/// A page of the console for administrators. Who is not signed in signs in first; other users get 403.
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
        // Administrators have the link to the console anyway.
        let is_member = !account.user.admin
            && !app.usher.members.list_projects_of(&account.user, Cursor::START, 1).await?.items.is_empty();
        Ok(Self { app: app.clone(), visitor, account, query, here, is_member, refused: None })
    }
}

impl FromRequestParts<App> for AdminPage {
    type Rejection = PageStop;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let (visitor, query, account) = signed_in_to_console(parts, app).await?;
        if !account.user.admin {
            return Err(not_allowed("Only administrators may see this page."));
        }
        let projects = projects_of_switch(parts, app, &account).await?;
        Ok(Self { app: app.clone(), visitor, account, projects, query, refused: None })
    }
}

impl FromRequestParts<App> for ConsolePage {
    type Rejection = PageStop;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let (visitor, query, account) = signed_in_to_console(parts, app).await?;
        let projects = visible_projects(app, &account).await?;
        if projects.is_empty() && !app.usher.projects.may_create(&account.user) {
            return Err(not_allowed("Only administrators and members of projects may see this page."));
        }
        Ok(Self { app: app.clone(), visitor, account, projects, query, refused: None })
    }
}

/// The signed-in user of a page of the console. After a form was lost, the console's home is shown.
pub(super) async fn signed_in_to_console(parts: &mut Parts, app: &App) -> Result<(Visitor, Params, Account), PageStop> {
    let here = if parts.method == Method::GET { parts.uri.path().to_owned() } else { urls::CONSOLE.to_owned() };
    signed_in(parts, app, &here).await
}

/// The first projects that a user may see, by age.
async fn visible_projects(app: &App, account: &Account) -> Result<Vec<Project>, FlowError> {
    let usher = &app.usher;
    let page = if account.user.admin {
        usher.projects.list_projects(Cursor::START, SWITCH).await?
    } else {
        usher.members.list_projects_of(&account.user, Cursor::START, SWITCH).await?
    };
    Ok(page.items)
}

/// The projects of the switch, unless the route usually draws none.
pub(super) async fn projects_of_switch(parts: &Parts, app: &App, account: &Account) -> Result<Vec<Project>, FlowError> {
    match parts.extensions.get::<DrawsFrame>() {
        Some(DrawsFrame(false)) => Ok(Vec::new()),
        _ => visible_projects(app, account).await,
    }
}

pub(super) fn not_allowed(words: &'static str) -> PageStop {
    HttpProblem::new(StatusCode::FORBIDDEN, "NOT_ALLOWED", words).into()
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
    EventOrigin::made_by(|| EventActor::User(account.user.id));
    app.usher.accounts.touch(&account, &visitor.device).await?;
    let QueryParams(query) = QueryParams::from_request_parts(parts, app).await?;
    Ok((visitor, query, account))
}

impl PageKit for AccountPage {
    page_kit_fields!();

    fn head(&self, here: &str) -> Layout {
        let page = self.visitor.page_of(&self.account, here);
        Layout { console_url: page.console_url.or(self.is_member.then(|| urls::CONSOLE.to_owned())), ..page }
    }

    fn sign_in_again(&self) -> Option<String> {
        Some(urls::login_to_repeat(&self.here))
    }
}

impl PageKit for ConsolePage {
    page_kit_fields!();

    fn head(&self, here: &str) -> Layout {
        self.visitor.console_page(&self.account, here, &self.projects)
    }
}

impl PageKit for AdminPage {
    page_kit_fields!();

    fn head(&self, here: &str) -> Layout {
        self.visitor.console_page(&self.account, here, &self.projects)
    }
}
