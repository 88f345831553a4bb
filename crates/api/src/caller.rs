//! The caller of the API: authenticated by the bearer token, or else by the browser's session.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};

use crate::ApiResult;
use usher_domain::id::ProjectId;
use usher_domain::project::Project;
use usher_flows::api::Caller;
use usher_flows::{Account, FlowError, Rejected, Right};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::ows;

/// The authenticated caller; 401 without one.
pub struct AuthenticatedCaller {
    /// The caller.
    pub caller: Caller,
    app: App,
}

impl AuthenticatedCaller {
    /// The project with this id, or the project of the caller's token if none is named.
    pub async fn project_named(&self, id: Option<&str>, right: Right) -> ApiResult<Project> {
        let id = id.map(str::to_owned).or_else(|| self.caller.own_project().map(|id| id.to_string()));
        let missing = || HttpProblem::from(FlowError::from(Rejected::Missing("project")));
        self.project(&id.ok_or_else(missing)?, right).await
    }

    /// The project with this id; 404 if the caller may not see it, 403 if they lack the right.
    pub async fn project(&self, id: &str, right: Right) -> ApiResult<Project> {
        // A malformed id belongs to no project.
        let id = id.parse::<ProjectId>().map_err(|_| HttpProblem::unknown("project"))?;
        Ok(self.app.usher.callers.project_for(&self.caller, id, right).await?)
    }
}

impl FromRequestParts<App> for AuthenticatedCaller {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        let caller = match bearer(&parts.headers)? {
            Some(token) => app.usher.callers.caller_by_token(token).await?.ok_or_else(invalid)?,
            None => Caller::Person(Box::new(app.usher.accounts.current(&visitor.browser).await?.ok_or_else(required)?)),
        };
        if let Caller::Person(account) = &caller {
            app.usher.accounts.touch(account, &visitor.device).await?;
        }
        Ok(Self { caller, app: app.clone() })
    }
}

/// An administrator, by cookie or token; 401 without credentials, 403 for everybody else.
pub struct AdminCaller {
    /// The account.
    pub account: Account,
}

impl FromRequestParts<App> for AdminCaller {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        match AuthenticatedCaller::from_request_parts(parts, app).await?.caller {
            Caller::Person(account) if account.user.admin => Ok(Self { account: *account }),
            _ => Err(FlowError::from(Rejected::NotAllowed).into()),
        }
    }
}

/// The bearer token of a request (RFC 6750 §2.1), if it has an Authorization header.
///
/// # Errors
/// 401 for any other scheme, 400 for several headers.
pub fn bearer(headers: &HeaderMap) -> ApiResult<Option<&str>> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (first, None) = (values.next(), values.next()) else {
        return Err(HttpProblem::bad_request("The Authorization header is repeated."));
    };
    let Some(first) = first else { return Ok(None) };
    let token = first.to_str().ok().and_then(|text| text.split_once(' '));
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| ows::trim(token));
    token.filter(|token| !token.is_empty()).map(Some).ok_or_else(invalid)
}

/// 401: the token is invalid.
pub fn invalid() -> HttpProblem {
    HttpProblem::new(StatusCode::UNAUTHORIZED, "AUTH_INVALID", "This token is not good, or not any more.")
}

fn required() -> HttpProblem {
    HttpProblem::new(StatusCode::UNAUTHORIZED, "AUTH_REQUIRED", "This needs a token, or somebody who is signed in.")
}
