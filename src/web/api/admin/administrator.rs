//! The caller as an administrator.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::flows::api::Caller;
use crate::flows::{FlowError, Refused};
use crate::web::api::caller::Calling;
use crate::web::problem::HttpProblem;
use crate::web::state::App;

/// An administrator, signed in; 401 if nobody calls, 403 for everybody else.
pub struct Administrator;

impl FromRequestParts<App> for Administrator {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        match Calling::from_request_parts(parts, app).await?.caller {
            Caller::Person(account) if account.user.admin => Ok(Self),
            _ => Err(FlowError::from(Refused::NotAllowed).into()),
        }
    }
}
