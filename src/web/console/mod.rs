//! The administrators' console: projects and clients.

pub mod clients;
pub mod edit;
pub mod projects;

use axum::http::StatusCode;
use axum::response::Response;

use super::extract::visitor::Visitor;
use super::problem::HttpProblem;
use super::state::App;
use super::urls;
use crate::flows::Account;

/// An administrator who is signed in here. Nobody signed in: on to the sign-in page. Somebody else: 403.
async fn administrator(app: &App, visitor: Visitor) -> Result<Result<(Visitor, Account), Response>, HttpProblem> {
    match app.usher.current(&visitor.browser).await? {
        Some(account) if account.user.admin => {
            app.usher.touch(&account, &visitor.device).await?;
            Ok(Ok((visitor, account)))
        }
        Some(_) => {
            Err(HttpProblem::new(StatusCode::FORBIDDEN, "NOT_ALLOWED", "Only administrators may see this page."))
        }
        None => Ok(Err(visitor.redirect(&urls::login_then(urls::CONSOLE)))),
    }
}
