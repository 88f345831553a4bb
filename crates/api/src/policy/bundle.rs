//! The published rules, as modules fetch them.

use axum::extract::{Path, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::shapes::PolicyTable;
use super::tag;
use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::openapi::Problem;
use usher_flows::Right;
use usher_http_server::conditional;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// Fetch the published access rules.
///
/// Compiled for modules: signed (`application/jose`, a compact JWS of type `usher-policy+jws`) unless `Accept`
/// contains `application/json`, which returns the same table unsigned.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/policy", tag = "policy", operation_id = "get_policy",
    params(
        ("id" = String, Path, description = "The project's id"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of what the module has"),
    ),
    responses(
        (status = 200, description = "The table, signed or bare", content(
            (String = "application/jose", example = json!("eyJhbGciOiJFUzI1NiIsInR5cCI6InVzaGVyLXBvbGljeStqd3MifQ.e30.c2ln")),
            (PolicyTable = "application/json"),
        ), headers(("ETag" = String, description = "The table's tag, for `If-None-Match`"))),
        (status = 304, description = "The module has it already", headers(("ETag" = String, description = "The table's tag"))),
        (status = 404, description = "There is no such project for this caller, or nothing is published", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let project = calling.project(&id, Right::Follow).await?.id;
    let (_, etag) =
        app.usher.policies.policy_tag(project).await?.ok_or_else(|| HttpProblem::unknown("published policy"))?;
    let common = [(CACHE_CONTROL, "private, no-cache"), (VARY, "Accept, Authorization, Cookie")];
    if conditional::is_known(&headers, &format!("\"{etag}\"")) {
        return Ok((StatusCode::NOT_MODIFIED, tag::header(&etag), common).into_response());
    }
    let bundle = app.usher.policies.policy_bundle(project).await?;
    let bare = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(prefers_json);
    let (kind, body) = if bare {
        ("application/json", bundle.table)
    } else {
        ("application/jose", app.usher.policies.sign_policy(&bundle)?)
    };
    Ok((tag::header(&bundle.etag), common, [(CONTENT_TYPE, kind)], body).into_response())
}

fn prefers_json(accept: &str) -> bool {
    accept.contains("application/json") && !accept.contains("application/jose")
}
