//! Role assignments.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::list::{List, ListParams, PageRequest};
use crate::openapi::Problem;
use usher_domain::id::AssignmentId;
use usher_domain::page::Cursor;
use usher_domain::project::assignment::Assignment;
use usher_domain::time::Timestamp;
use usher_flows::{NewAssignment, Right, Subject};
use usher_http_server::extract::json::JsonBody;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_policy::table::Table;

/// The subject of a role assignment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectView {
    /// `user` or `client`.
    #[serde(rename = "type")]
    #[schema(example = "user")]
    pub kind: SubjectKind,
    /// The `sub` of the user, or the `client_id`.
    #[schema(example = "6Hq3P0b0TfmQ1x2y3z4w5A")]
    pub id: String,
}

/// What kind of subject it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SubjectKind {
    /// A user.
    User,
    /// A client, acting for itself.
    Client,
}

impl SubjectKind {
    /// The subject of this kind with this id.
    pub fn named(self, id: String) -> Subject {
        match self {
            Self::User => Subject::User(id),
            Self::Client => Subject::Client(id),
        }
    }
}

impl From<Subject> for SubjectView {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::User(id) => Self { kind: SubjectKind::User, id },
            Subject::Client(id) => Self { kind: SubjectKind::Client, id },
        }
    }
}

/// A role to assign.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignmentInput {
    /// The role.
    #[schema(example = "editor")]
    pub role: String,
    /// The subject.
    pub subject: SubjectView,
    /// For this entity only. Such a role is used in decisions, and not included in tokens.
    #[serde(default)]
    #[schema(example = "Order:42")]
    pub scope: Option<String>,
    /// When it expires, in seconds since the epoch.
    #[serde(default)]
    #[schema(example = 4_070_908_800_i64)]
    pub expires_at: Option<i64>,
}

/// A role assignment.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssignmentView {
    /// Its id.
    #[schema(example = "01936d2e-3c00-7000-8000-0000000000bb")]
    pub id: String,
    /// The role.
    #[schema(example = "editor")]
    pub role: String,
    /// The subject.
    pub subject: SubjectView,
    /// For this entity only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Order:42")]
    pub scope: Option<String>,
    /// When it expires, in seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 4_070_908_800_i64)]
    pub expires_at: Option<i64>,
    /// When it was assigned, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub assigned_at: i64,
}

fn view(assignment: Assignment, subject: Subject) -> AssignmentView {
    AssignmentView {
        id: assignment.id.to_string(),
        role: assignment.role,
        subject: subject.into(),
        scope: assignment.scope,
        expires_at: assignment.expires_at.map(|end| end.0),
        assigned_at: assignment.assigned_at.0,
    }
}

/// The published roles.
#[derive(Debug, Serialize, ToSchema)]
pub struct Roles {
    /// By name: what each grants, with inheritance and wildcards expanded.
    #[schema(value_type = BTreeMap<String, BTreeMap<String, Value>>, example = json!({"editor": {"Order:list": "*", "Order:update": "own"}}))]
    pub data: BTreeMap<String, Value>,
}

/// List the published roles.
///
/// With everything that they grant.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/roles", tag = "policy", operation_id = "list_roles",
    params(("id" = String, Path, description = "The project's id")),
    responses(
        (status = 200, description = "The roles", body = Roles),
        (status = 403, description = "The caller may follow the project, and no more", body = Problem),
        (status = 404, description = "There is no such project for this caller, or nothing is published", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn roles(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
) -> ApiResult<Json<Roles>> {
    let project = calling.project(&id, Right::View).await?.id;
    let bundle = app.usher.policies.policy_bundle(project).await?;
    let unreadable = |error| {
        tracing::error!("a table does not read: {error}");
        HttpProblem::internal()
    };
    let table = Table::read(bundle.table.as_bytes()).map_err(unreadable)?;
    let write = |(name, rules)| serde_json::to_value(rules).map(|rules| (name, rules));
    let data = table.roles.into_iter().map(write).collect::<Result<_, _>>().map_err(unreadable)?;
    Ok(Json(Roles { data }))
}

/// List role assignments.
///
/// Oldest first.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/assignments", tag = "policy", operation_id = "list_assignments",
    params(("id" = String, Path, description = "The project's id"), ListParams),
    responses(
        (status = 200, description = "A page", body = List<AssignmentView>),
        (status = 400, description = "A parameter is invalid", body = Problem),
        (status = 403, description = "The caller may follow the project, and no more", body = Problem),
        (status = 404, description = "There is no such project for this caller", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn list(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    params: QueryParams,
) -> ApiResult<Json<List<AssignmentView>>> {
    let project = calling.project(&id, Right::View).await?.id;
    let wanted = PageRequest::read(&params)?;
    let page = app.usher.policies.list_assignments(project, wanted.after.unwrap_or(Cursor::START), wanted.size).await?;
    let mut data = Vec::with_capacity(page.items.len());
    for assignment in page.items {
        let subject = app.usher.policies.subject_of(assignment.project, &assignment.holder).await?;
        data.push(view(assignment, subject));
    }
    Ok(Json(List { data, next_cursor: page.next.map(Cursor::encode) }))
}

/// Assign a role.
///
/// The role must be published. The subject's tokens become invalid at once; new ones contain the role.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/assignments", tag = "policy", operation_id = "create_assignment",
    params(("id" = String, Path, description = "The project's id")),
    request_body = AssignmentInput,
    responses(
        (status = 201, description = "What they have now", body = AssignmentView),
        (status = 403, description = "The caller may not change the project", body = Problem),
        (status = 404, description = "There is no such project, published role or subject", body = Problem),
        (status = 409, description = "They have it there already, or have as many as fit into a token", body = Problem),
        (status = 422, description = "The scope or the end is invalid", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn post(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    JsonBody(input): JsonBody<AssignmentInput>,
) -> ApiResult<(StatusCode, Json<AssignmentView>)> {
    let project = calling.project(&id, Right::Operate).await?.id;
    let subject = input.subject.kind.named(input.subject.id);
    let expires_at = input.expires_at.map(Timestamp);
    let new = NewAssignment { role: input.role, subject: subject.clone(), scope: input.scope, expires_at };
    let assignment = app.usher.policies.assign_role(project, new).await?;
    Ok((StatusCode::CREATED, Json(view(assignment, subject))))
}

/// Remove a role assignment.
///
/// The subject's tokens become invalid at once.
#[utoipa::path(
    delete, path = "/api/v1/projects/{id}/assignments/{assignment}", tag = "policy", operation_id = "delete_assignment",
    params(
        ("id" = String, Path, description = "The project's id"),
        ("assignment" = String, Path, description = "The assignment's id"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 403, description = "The caller may not change the project", body = Problem),
        (status = 404, description = "There is no such project or assignment", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn delete(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, assignment)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let project = calling.project(&id, Right::Operate).await?.id;
    let id = assignment.parse::<AssignmentId>().map_err(|_| HttpProblem::unknown("assignment"))?;
    app.usher.policies.unassign_role(project, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
