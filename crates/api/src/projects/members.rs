//! Project members.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::list::{List, ListParams, PageRequest};
use crate::openapi::{BodyRefusals, Problem, Refusals};
use usher_domain::id::UserId;
use usher_domain::page::Cursor;
use usher_domain::project::member::Role;
use usher_domain::user::Sub;
use usher_flows::Right;
use usher_flows::api::Caller;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_storage::members::NamedMember;

/// The role of a member.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberRole {
    /// Everything.
    Owner,
    /// May change clients, rules, webhooks.
    Developer,
    /// May read.
    Viewer,
}

/// A project member.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    /// The subject identifier.
    #[schema(example = "6Hq3P0b0TfmQ1x2y3z4w5A")]
    pub sub: String,
    /// The email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ana@example.test")]
    pub email: Option<String>,
    /// The role.
    pub role: MemberRole,
    /// Since when, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub since: i64,
}

/// A member to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// The email address of an existing user.
    #[schema(example = "bob@example.test")]
    pub email: String,
    /// The role.
    pub role: MemberRole,
}

/// A change of role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberChange {
    /// The new role.
    pub role: MemberRole,
}

impl From<Role> for MemberRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Developer => Self::Developer,
            Role::Viewer => Self::Viewer,
        }
    }
}

impl From<MemberRole> for Role {
    fn from(role: MemberRole) -> Self {
        match role {
            MemberRole::Owner => Self::Owner,
            MemberRole::Developer => Self::Developer,
            MemberRole::Viewer => Self::Viewer,
        }
    }
}

impl From<NamedMember> for MemberView {
    fn from(named: NamedMember) -> Self {
        Self { sub: named.sub.0, email: named.email, role: named.member.role.into(), since: named.member.since.0 }
    }
}

/// List the members of a project.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/members", tag = "projects", operation_id = "list_members",
    params(("id" = String, Path, description = "The project's id"), ListParams),
    responses((status = 200, description = "A page of them", body = List<MemberView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn list(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    query: QueryParams,
) -> ApiResult<Json<List<MemberView>>> {
    let project = calling.project(&id, Right::View).await?;
    let wanted = PageRequest::read(&query)?;
    let page = app.usher.members.list_members(project.id, wanted.after.unwrap_or(Cursor::START), wanted.size).await?;
    Ok(Json(List::of(page, MemberView::from)))
}

/// Add a member to a project.
///
/// The member must be an existing user.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/members", tag = "projects", operation_id = "add_member",
    params(("id" = String, Path, description = "The project's id")), request_body = NewMember,
    responses(
        (status = 201, description = "They are a member", body = MemberView), Refusals, BodyRefusals,
        (status = 429, description = "Too many addresses were tried", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn add(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewMember>,
) -> ApiResult<(StatusCode, Json<MemberView>)> {
    let project = calling.project(&id, Right::Own).await?;
    let user = app.usher.members.add_member(project.id, &new.email, new.role.into()).await?;
    let view = MemberView {
        sub: user.0.sub.0,
        email: user.0.email.map(|email| email.to_string()),
        role: user.1.role.into(),
        since: user.1.since.0,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Change the role of a member.
///
/// The last owner must stay owner.
#[utoipa::path(
    patch, path = "/api/v1/projects/{id}/members/{sub}", tag = "projects", operation_id = "change_member",
    params(("id" = String, Path, description = "The project's id"), ("sub" = String, Path, description = "Whose role")),
    request_body = MemberChange,
    responses((status = 204, description = "It is done"), Refusals, BodyRefusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn change(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, sub)): Path<(String, String)>,
    JsonBody(change): JsonBody<MemberChange>,
) -> ApiResult<StatusCode> {
    let project = calling.project(&id, Right::Own).await?;
    let user = user_of(&app, &sub).await?;
    app.usher.members.change_member(project.id, user, change.role.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a member, or leave a project.
///
/// The last owner cannot be removed.
#[utoipa::path(
    delete, path = "/api/v1/projects/{id}/members/{sub}", tag = "projects", operation_id = "remove_member",
    params(("id" = String, Path, description = "The project's id"), ("sub" = String, Path, description = "Who goes")),
    responses(
        (status = 204, description = "They are no member"), Refusals,
        (status = 409, description = "They are the last owner", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn remove(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, sub)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    // Every member may leave.
    let leaves = matches!(&calling.caller, Caller::Person(account) if account.user.sub.0 == sub);
    let project = calling.project(&id, if leaves { Right::View } else { Right::Own }).await?;
    let user = user_of(&app, &sub).await?;
    app.usher.members.remove_member(project.id, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn user_of(app: &App, sub: &str) -> ApiResult<UserId> {
    let user = app.usher.members.find_by_sub(&Sub(sub.to_owned())).await?;
    user.map(|user| user.id).ok_or_else(|| HttpProblem::unknown("member"))
}
