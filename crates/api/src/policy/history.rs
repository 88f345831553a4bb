//! Publishing, the history of publications, and rollback.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::shapes::document;
use super::{name_of, tag};
use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::openapi::Problem;
use usher_flows::Right;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_storage::policy::revisions::Publication;

/// A publication.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicationView {
    /// The revision number.
    #[schema(example = 43)]
    pub revision: i64,
    /// The tag of the table that modules fetch.
    #[schema(example = "43-0123456789abcdef")]
    pub etag: String,
    /// The note of the publisher.
    #[schema(example = "Editors update their own orders")]
    pub note: String,
    /// The publisher.
    #[schema(example = "user 6Hq3P0b0TfmQ1x2y3z4w5A")]
    pub published_by: String,
    /// When it was published, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub published_at: i64,
}

impl From<Publication> for PublicationView {
    fn from(publication: Publication) -> Self {
        Self {
            revision: publication.revision,
            etag: publication.etag,
            note: publication.note,
            published_by: publication.published_by,
            published_at: publication.published_at.0,
        }
    }
}

/// A revision with its document.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionView {
    /// The publication.
    #[serde(flatten)]
    pub publication: PublicationView,
    /// The document.
    #[schema(value_type = BTreeMap<String, Value>, example = json!(document()))]
    pub document: Value,
}

/// Revisions, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct History {
    /// The revisions.
    pub data: Vec<PublicationView>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "42")]
    pub next_cursor: Option<String>,
}

/// A note on a publication.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Note)]
pub struct PublicationNote {
    /// The reason, in one line of at most 500 characters.
    #[serde(default)]
    #[schema(example = "Editors update their own orders", max_length = 500)]
    pub note: String,
}

/// A rollback.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Back)]
pub struct Rollback {
    /// The revision whose rules to publish again.
    #[schema(example = 42, minimum = 1)]
    pub revision: i64,
    /// The reason, in one line of at most 500 characters.
    #[serde(default)]
    #[schema(example = "Editors update their own orders", max_length = 500)]
    pub note: String,
}

/// Publish the draft of the access rules.
///
/// Only if it is still the version that was read. It becomes the next revision, which every module fetches.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/policy/publish", tag = "policy", operation_id = "publish_policy",
    params(
        ("id" = String, Path, description = "The project's id"),
        ("If-Match" = String, Header, description = "The ETag of the draft that was seen, or `*` for any", example = "\"0123456789abcdef\""),
    ),
    request_body = PublicationNote,
    responses(
        (status = 201, description = "What was published", body = PublicationView),
        (status = 403, description = "The caller may not change the project", body = Problem),
        (status = 404, description = "There is no such project for this caller", body = Problem),
        (status = 409, description = "The draft says what is published already", body = Problem),
        (status = 412, description = "It was changed meanwhile", body = Problem),
        (status = 422, description = "It cannot be published; `details.faults` says why", body = Problem),
        (status = 428, description = "If-Match is missing", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn publish(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(PublicationNote { note }): JsonBody<PublicationNote>,
) -> ApiResult<(StatusCode, Json<PublicationView>)> {
    let project = calling.project(&id, Right::Develop).await?.id;
    let by = name_of(&calling.caller);
    let seen = tag::basis(&app, project, &headers).await?;
    let publication = app.usher.policies.publish_policy(project, seen.as_deref(), &note, &by).await?;
    Ok((StatusCode::CREATED, Json(publication.into())))
}

/// Publish an earlier revision again.
///
/// It becomes a new revision. The draft does not change.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/policy/rollback", tag = "policy", operation_id = "roll_back_policy",
    params(("id" = String, Path, description = "The project's id")),
    request_body = Rollback,
    responses(
        (status = 201, description = "What was published", body = PublicationView),
        (status = 403, description = "The caller may not change the project", body = Problem),
        (status = 404, description = "There is no such project or revision", body = Problem),
        (status = 409, description = "These rules hold already", body = Problem),
        (status = 412, description = "Somebody else published meanwhile", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn roll_back(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    JsonBody(back): JsonBody<Rollback>,
) -> ApiResult<(StatusCode, Json<PublicationView>)> {
    let project = calling.project(&id, Right::Develop).await?.id;
    let by = name_of(&calling.caller);
    let publication = app.usher.policies.roll_back_policy(project, back.revision, &back.note, &by).await?;
    Ok((StatusCode::CREATED, Json(publication.into())))
}

/// List publications.
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/policy/history", tag = "policy", operation_id = "list_policy_revisions",
    params(
        ("id" = String, Path, description = "The project's id"),
        ("cursor" = Option<String>, Query, description = "Where the page starts: the `next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "Fifty revisions at most", body = History),
        (status = 400, description = "The cursor was not issued by this server", body = Problem),
        (status = 403, description = "The caller may follow the project, and no more", body = Problem),
        (status = 404, description = "There is no such project for this caller", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn list(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    QueryParams(params): QueryParams,
) -> ApiResult<Json<History>> {
    let project = calling.project(&id, Right::View).await?.id;
    let cursor = params.get("cursor").map_err(|_| HttpProblem::parameter("cursor", "it was sent more than once"))?;
    let before = cursor.map(str::parse::<i64>).transpose();
    let before = before.map_err(|_| HttpProblem::parameter("cursor", "it was not issued by this server"))?;
    let (found, next) = app.usher.policies.policy_history(project, before, 50).await?;
    let data = found.into_iter().map(PublicationView::from).collect();
    Ok(Json(History { data, next_cursor: next.map(|next| next.to_string()) }))
}

/// Show a revision with its document.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/policy/history/{revision}", tag = "policy", operation_id = "get_policy_revision",
    params(
        ("id" = String, Path, description = "The project's id"),
        ("revision" = String, Path, description = "The revision's number"),
    ),
    responses(
        (status = 200, description = "The revision", body = RevisionView),
        (status = 403, description = "The caller may follow the project, and no more", body = Problem),
        (status = 404, description = "There is no such project or revision", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, revision)): Path<(String, String)>,
) -> ApiResult<Json<RevisionView>> {
    let project = calling.project(&id, Right::View).await?.id;
    let number = revision.parse::<i64>().map_err(|_| HttpProblem::unknown("revision"))?;
    let found = app.usher.policies.policy_revision(project, number).await?;
    let document = serde_json::from_str(&found.document).map_err(|error| {
        tracing::error!("a revision does not read: {error}");
        HttpProblem::internal()
    })?;
    Ok(Json(RevisionView { publication: found.publication.into(), document }))
}
