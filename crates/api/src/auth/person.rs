//! The signed-in user, by the session cookie or by an access token of the session.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use crate::caller::AuthenticatedCaller;
use usher_accounts::{Account, FlowError, Rejected};
use usher_flows::api::Caller;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// The signed-in user; 401 without one, 403 for a machine or a project.
pub struct UserCaller {
    /// The account.
    pub account: Account,
    /// The browser.
    pub visitor: Visitor,
    /// Is the user authenticated by an access token? Then no cookies change.
    pub by_token: bool,
}

impl UserCaller {
    /// Deletes the session cookie after the session has ended. A token becomes invalid by itself.
    pub fn forget(&mut self) {
        if !self.by_token {
            self.visitor.browser.forget(&self.account);
        }
    }
}

impl FromRequestParts<App> for UserCaller {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let by_token = parts.headers.contains_key(AUTHORIZATION);
        let Caller::Person(account) = AuthenticatedCaller::from_request_parts(parts, app).await?.caller else {
            return Err(FlowError::from(Rejected::NotAllowed).into());
        };
        let visitor = Visitor::from_request_parts(parts, app).await?;
        Ok(Self { account: *account, visitor, by_token })
    }
}
