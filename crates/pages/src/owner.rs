//! Whoever is signed in at this browser: the owner of the account pages, or an administrator in the console.
//!
//! Nobody signed in is sent to sign in; somebody who may not come in is told so. Neither reaches the page.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::visitor_pages::VisitorPages as _;
use usher_flows::{Account, FlowError};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_http_server::urls;

/// The owner of an account, signed in at this browser.
pub struct Owner {
    /// The browser.
    pub visitor: Visitor,
    /// The account, used last of those in this browser.
    pub account: Account,
}

/// An administrator, signed in at this browser.
pub struct Administrator {
    /// The browser.
    pub visitor: Visitor,
    /// The account.
    pub account: Account,
}

impl FromRequestParts<App> for Owner {
    type Rejection = Response;

    /// Sent to sign in, and back to this page from there.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let here = page_of(parts);
        let (visitor, account) = signed_in(parts, app, &here).await?;
        Ok(Self { visitor, account })
    }
}

impl FromRequestParts<App> for Administrator {
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

/// The page that was asked for, with its query. A form that was sent comes to nothing, and its page says so.
fn page_of(parts: &Parts) -> String {
    let path = parts.uri.path();
    let path = if path == urls::FACTORS { urls::SECURITY } else { path };
    let here = parts.uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    if parts.method == Method::POST { urls::and(&here, "done", urls::DONE_REPEAT) } else { here }
}

async fn signed_in(parts: &mut Parts, app: &App, then: &str) -> Result<(Visitor, Account), Response> {
    let visitor = Visitor::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
    let Some(account) = app.usher.current(&visitor.browser).await.map_err(broken)? else {
        return Err(visitor.redirect(&urls::login_then(then)));
    };
    app.usher.touch(&account, &visitor.device).await.map_err(broken)?;
    Ok((visitor, account))
}

fn broken(error: FlowError) -> Response {
    HttpProblem::from(error).into_response()
}
