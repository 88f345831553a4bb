//! The pages of a signed-in person.

pub mod not_me;
pub mod profile;
pub mod security;

use axum::response::Response;

use super::extract::visitor::Visitor;
use super::problem::HttpProblem;
use super::state::App;
use super::urls;
use crate::flows::Account;

/// Whoever is signed in here; a redirect to the sign-in page otherwise.
async fn owner(app: &App, visitor: Visitor, here: &str) -> Result<Result<(Visitor, Account), Response>, HttpProblem> {
    match app.usher.current(&visitor.browser).await? {
        Some(account) => {
            app.usher.touch(&account, &visitor.device).await?;
            Ok(Ok((visitor, account)))
        }
        None => Ok(Err(visitor.redirect(&urls::login_then(here)))),
    }
}
