//! The `AuthZEN` Authorization API 1.0: decisions by the same rules as `/api/v1/authorize`, in the form of the standard.
//!
//! Where the standard differs from `/api/v1` it is followed here: unknown members are ignored, a body of another type
//! than JSON is a 400, and `X-Request-ID` is returned.

mod body;
mod evaluation;
mod evaluations;
pub mod metadata;
mod request_id;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use usher_accounts::{FlowError, Rejected};
use usher_domain::id::ProjectId;
use usher_flows::Right;
use usher_http_server::state::App;

/// Every route of this resource.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(evaluation::evaluate)).routes(routes!(evaluations::evaluate))
}

/// Returns the request id with every response of these routes, also with those of the layers of `router`.
pub fn wrap(router: Router<App>) -> Router<App> {
    router.layer(from_fn(request_id::echo))
}

/// The project of the token. A request has no member for another one, so people, who have none, may not ask.
async fn project_of(calling: &AuthenticatedCaller) -> ApiResult<ProjectId> {
    let own = calling.caller.own_project().ok_or_else(|| FlowError::from(Rejected::NotAllowed))?;
    match calling.project(&own.to_string(), Right::Follow).await {
        Ok(project) => Ok(project.id),
        // A caller's own project is no secret, and the standard has no 404.
        Err(problem) if problem.status == StatusCode::NOT_FOUND => Err(FlowError::from(Rejected::NotAllowed).into()),
        Err(problem) => Err(problem),
    }
}
