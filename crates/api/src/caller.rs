//! The caller of the API: authenticated by the bearer token, or else by the browser's session.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};

use crate::ApiResult;
use crate::proof::{self, HeaderFault};
use usher_accounts::{Account, FlowError, Rejected};
use usher_domain::id::ProjectId;
use usher_domain::project::Project;
use usher_flows::api::Caller;
use usher_flows::{PresentedToken, Right};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::client::certificate::ClientCertificate;
use usher_storage::EventOrigin;

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
        let caller = match presented(&parts.headers, parts.method.as_str(), parts.uri.path())? {
            Some(presented) => {
                let presented = presented.over(parts.extensions.get::<ClientCertificate>());
                app.usher.callers.caller_by_token(&presented).await?.ok_or_else(invalid)?
            }
            None => Caller::Person(Box::new(app.usher.accounts.current(&visitor.browser).await?.ok_or_else(required)?)),
        };
        EventOrigin::made_by(|| caller.actor());
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

/// The token of a request, if it has an Authorization header: of the scheme `Bearer` (RFC 6750 §2.1) or `DPoP` (RFC 9449
/// §7.1).
///
/// # Errors
/// 401 for any other scheme, 400 for several headers.
pub fn presented<'r>(headers: &'r HeaderMap, method: &'r str, path: &'r str) -> ApiResult<Option<PresentedToken<'r>>> {
    proof::presented(headers, method, path).map_err(|fault| match fault {
        HeaderFault::Repeated => HttpProblem::bad_request("The Authorization header is repeated."),
        HeaderFault::OtherScheme => invalid(),
    })
}

/// The bearer token of a request, for what only bearer tokens do.
///
/// # Errors
/// As [`presented`]; 401 for a token with a proof.
pub fn bearer(headers: &HeaderMap) -> ApiResult<Option<&str>> {
    match presented(headers, "", "")? {
        Some(PresentedToken { proof: Some(_), .. }) => Err(invalid()),
        found => Ok(found.map(|found| found.token)),
    }
}

/// 401: the token is invalid.
pub fn invalid() -> HttpProblem {
    HttpProblem::new(StatusCode::UNAUTHORIZED, "AUTH_INVALID", "This token is not good, or not any more.")
}

fn required() -> HttpProblem {
    HttpProblem::new(StatusCode::UNAUTHORIZED, "AUTH_REQUIRED", "This needs a token, or somebody who is signed in.")
}
