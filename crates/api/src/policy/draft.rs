//! The draft: reading, replacing, validating and comparing it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use super::shapes::{PolicyDiff, PolicyReview, document};
use super::tag;
use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::openapi::Problem;
use usher_accounts::{FlowError, Rejected};
use usher_flows::{Drafted, Right};
use usher_http_server::extract::json::JsonBody;
use usher_http_server::state::App;
use usher_policy::PolicyDocument;

/// Response header: `changed` if a draft was begun, `published` if the response is the published document.
const POLICY_DRAFT: &str = "policy-draft";

fn answer(drafted: Drafted) -> Response {
    let changed = if drafted.changed { "changed" } else { "published" };
    let kinds = [(CONTENT_TYPE.as_str(), "application/json"), (POLICY_DRAFT, changed)];
    (tag::header(&drafted.etag), kinds, drafted.document).into_response()
}

fn read(json: Value) -> Result<PolicyDocument, FlowError> {
    PolicyDocument::from_json(json).map_err(|fault| Rejected::Policy(vec![fault]).into())
}

/// Show the draft of the access rules.
///
/// If no draft was begun, the published document. See docs/access-rules.md.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/policy/draft", tag = "policy", operation_id = "get_policy_draft",
    params(("id" = String, Path, description = "The project's id")),
    responses(
        (status = 200, description = "The document: see docs/access-rules.md", body = Object, headers(
                ("ETag" = String, description = "The draft's tag, for `If-Match`"),
                ("Policy-Draft" = String, description = "`changed` where a draft was begun, `published` where not"),
            ), example = json!(document())),
        (status = 403, description = "The caller may follow the project, and no more", body = Problem),
        (status = 404, description = "There is no such project for this caller", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(State(app): State<App>, calling: AuthenticatedCaller, Path(id): Path<String>) -> ApiResult<Response> {
    let project = calling.project(&id, Right::View).await?.id;
    Ok(answer(app.usher.policies.policy_draft(project).await?))
}

/// Replace the draft of the access rules.
///
/// Only if it is still the version that was read. It must have the structure of a document; it need not be valid to
/// publish.
#[utoipa::path(
    put, path = "/api/v1/projects/{id}/policy/draft", tag = "policy", operation_id = "replace_policy_draft",
    params(
        ("id" = String, Path, description = "The project's id"),
        ("If-Match" = String, Header, description = "The ETag of the draft that was seen, or `*` for any", example = "\"0123456789abcdef\""),
    ),
    request_body(content = Object, description = "The document: see docs/access-rules.md", example = json!(document())),
    responses(
        (status = 200, description = "The draft as it is now", body = Object, headers(
                ("ETag" = String, description = "The draft's tag, for `If-Match`"),
                ("Policy-Draft" = String, description = "`changed` where a draft was begun, `published` where not"),
            ), example = json!(document())),
        (status = 403, description = "The caller may not change the project", body = Problem),
        (status = 404, description = "There is no such project for this caller", body = Problem),
        (status = 412, description = "It was changed meanwhile", body = Problem),
        (status = 422, description = "It has not the form of a document; `details.faults` says where", body = Problem),
        (status = 428, description = "If-Match is missing", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn put(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(json): JsonBody<Value>,
) -> ApiResult<Response> {
    let project = calling.project(&id, Right::Develop).await?.id;
    let seen = tag::basis(&app, project, &headers).await?;
    Ok(answer(app.usher.policies.replace_policy_draft(project, seen.as_deref(), &read(json)?).await?))
}

/// Validate access rules.
///
/// Nothing is stored. The response lists every fault with its position, and contains the rules in Cedar.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/policy/validate", tag = "policy", operation_id = "validate_policy",
    params(("id" = String, Path, description = "The project's id")),
    request_body(content = Object, description = "The document", example = json!(document())),
    responses(
        (status = 200, description = "What is to be said of it", body = PolicyReview),
        (status = 403, description = "The caller may follow the project, and no more", body = Problem),
        (status = 404, description = "There is no such project for this caller", body = Problem),
        (status = 422, description = "It has not the form of a document; `details.faults` says where", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn validate(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    JsonBody(json): JsonBody<Value>,
) -> ApiResult<Response> {
    calling.project(&id, Right::View).await?;
    Ok(Json(app.usher.policies.review_policy(read(json)?).await).into_response())
}

/// Compare the draft with the published rules.
///
/// Shows what publishing it would change, above all what each role gains and loses.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/policy/diff", tag = "policy", operation_id = "diff_policy",
    params(("id" = String, Path, description = "The project's id")),
    responses(
        (status = 200, description = "What would change", body = PolicyDiff),
        (status = 403, description = "The caller may follow the project, and no more", body = Problem),
        (status = 404, description = "There is no such project for this caller", body = Problem),
        (status = 422, description = "The draft cannot be published; `details.faults` says why", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn diff(State(app): State<App>, calling: AuthenticatedCaller, Path(id): Path<String>) -> ApiResult<Response> {
    let project = calling.project(&id, Right::View).await?.id;
    Ok(Json(app.usher.policies.policy_diff(project).await?).into_response())
}
