//! Extractors of the signed-in user: the owner of the account pages, or an administrator in the console.
//!
//! Without a signed-in user they redirect to the sign-in page; a user without the right gets an error. The handler
//! runs in neither case.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::visitor_pages::VisitorPages as _;
use usher_domain::urls;
use usher_flows::{Account, FlowError};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// The owner of the account pages.
pub struct AccountOwner {
    /// The browser.
    pub visitor: Visitor,
    /// The account, the one used last in this browser.
    pub account: Account,
}

/// A signed-in administrator.
pub struct ConsoleAdministrator {
    /// The browser.
    pub visitor: Visitor,
    /// The account.
    pub account: Account,
}

impl FromRequestParts<App> for AccountOwner {
    type Rejection = Response;

    /// Redirects to the sign-in page, and back to this page from there.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let here = page_of(parts);
        let (visitor, account) = signed_in(parts, app, &here).await?;
        Ok(Self { visitor, account })
    }
}

impl FromRequestParts<App> for ConsoleAdministrator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let here = if parts.method == Method::GET { parts.uri.path().to_owned() } else { urls::CONSOLE.to_owned() };
        let (visitor, account) = signed_in(parts, app, &here).await?;
        if account.user.admin {
            return Ok(Self { visitor, account });
        }
        let problem = HttpProblem::new(StatusCode::FORBIDDEN, "NOT_ALLOWED", "Only administrators may see this page.");
        Err(problem.into_response())
    }
}

/// The requested page, with its query. A submitted form is lost, and its page says so.
fn page_of(parts: &Parts) -> String {
    let path = parts.uri.path();
    let path = if path == urls::FACTORS { urls::SECURITY } else { path };
    let here = parts.uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    if parts.method == Method::POST { urls::with(&here, "done", urls::DONE_REPEAT) } else { here }
}

async fn signed_in(parts: &mut Parts, app: &App, then: &str) -> Result<(Visitor, Account), Response> {
    let visitor = Visitor::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
    let Some(account) = app.usher.accounts.current(&visitor.browser).await.map_err(broken)? else {
        return Err(visitor.redirect(&urls::login_then(then)));
    };
    app.usher.accounts.touch(&account, &visitor.device).await.map_err(broken)?;
    Ok((visitor, account))
}

fn broken(error: FlowError) -> Response {
    HttpProblem::from(error).into_response()
}
