//! Invitations of people to become members of a project.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::members::MemberRole;
use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::openapi::{BodyRefusals, Problem, Refusals};
use usher_domain::id::ProjectInvitationId;
use usher_domain::project::invitation::ProjectInvitation;
use usher_flows::Right;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::Lang;

/// An invitation that was neither accepted nor withdrawn.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectInvitationView {
    /// Its id.
    #[schema(example = "01936d2e-3c00-7000-8000-0000000000dd")]
    pub id: String,
    /// The address that the email was sent to.
    #[schema(example = "bob@example.test")]
    pub email: String,
    /// The role that whoever accepts it gets.
    pub role: MemberRole,
    /// When it was made, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
    /// When the newest email was sent, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub sent_at: i64,
    /// When the link of that email expires, in seconds since the epoch.
    #[schema(example = 1_795_604_800)]
    pub expires_at: i64,
}

/// The invitations of a project.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectInvitationList {
    /// The invitations, oldest first: 100 at most.
    pub items: Vec<ProjectInvitationView>,
}

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProjectInvitation {
    /// The email address, of somebody who has an account or not.
    #[schema(example = "bob@example.test")]
    pub email: String,
    /// The role that they get.
    pub role: MemberRole,
    /// The language of the email (`en`, `pt-BR` or `uk`), if the address has no account; `en` if absent.
    #[serde(default)]
    #[schema(example = "en")]
    pub locale: Option<String>,
}

impl From<ProjectInvitation> for ProjectInvitationView {
    fn from(invitation: ProjectInvitation) -> Self {
        Self {
            id: invitation.id.to_string(),
            email: invitation.email.to_string(),
            role: invitation.role.into(),
            created_at: invitation.created_at.0,
            sent_at: invitation.sent_at.0,
            expires_at: invitation.expires_at.0,
        }
    }
}

/// List the invitations of a project.
///
/// Those that wait, and those that expired within the last two days.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/invitations", tag = "projects", operation_id = "list_invitations",
    params(("id" = String, Path, description = "The project's id")),
    responses((status = 200, description = "The invitations", body = ProjectInvitationList), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn list(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
) -> ApiResult<Json<ProjectInvitationList>> {
    let project = calling.project(&id, Right::View).await?;
    let found = app.usher.project_invitations.list(project.id).await?;
    Ok(Json(ProjectInvitationList { items: found.into_iter().map(ProjectInvitationView::from).collect() }))
}

/// Invite somebody to a project.
///
/// The address gets an email with a link that is valid once, for a week. Whoever opens it signs in or makes an account,
/// and becomes a member. The answer does not say whether the address has an account. An earlier invitation of the address
/// is replaced.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/invitations", tag = "projects", operation_id = "invite_member",
    params(("id" = String, Path, description = "The project's id")), request_body = NewProjectInvitation,
    responses(
        (status = 201, description = "An email is on its way", body = ProjectInvitationView), Refusals, BodyRefusals,
        (status = 409, description = "They are a member already, or 100 invitations wait", body = Problem),
        (status = 429, description = "Too many were invited, or too many emails went to the address", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn create(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewProjectInvitation>,
) -> ApiResult<(StatusCode, Json<ProjectInvitationView>)> {
    let project = calling.project(&id, Right::Own).await?;
    let lang = new.locale.as_deref().and_then(Lang::from_tag).unwrap_or_default();
    let made = app.usher.project_invitations.invite(&project, &new.email, new.role.into(), lang).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Send the email of an invitation again.
///
/// With a new link, which is valid for a week; the earlier one becomes invalid.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/invitations/{invitation}/resend", tag = "projects",
    operation_id = "resend_invitation",
    params(
        ("id" = String, Path, description = "The project's id"),
        ("invitation" = String, Path, description = "The invitation's id"),
    ),
    responses(
        (status = 200, description = "An email is on its way", body = ProjectInvitationView), Refusals,
        (status = 429, description = "Too many emails went to the address", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn resend(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, invitation)): Path<(String, String)>,
) -> ApiResult<Json<ProjectInvitationView>> {
    let project = calling.project(&id, Right::Own).await?;
    let sent = app.usher.project_invitations.resend(&project, read(&invitation)?, Lang::default()).await?;
    Ok(Json(sent.into()))
}

/// Withdraw an invitation.
///
/// Its link becomes invalid.
#[utoipa::path(
    delete, path = "/api/v1/projects/{id}/invitations/{invitation}", tag = "projects",
    operation_id = "withdraw_invitation",
    params(
        ("id" = String, Path, description = "The project's id"),
        ("invitation" = String, Path, description = "The invitation's id"),
    ),
    responses((status = 204, description = "It is withdrawn"), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn delete(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, invitation)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let project = calling.project(&id, Right::Own).await?;
    app.usher.project_invitations.withdraw(project.id, read(&invitation)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn read(id: &str) -> ApiResult<ProjectInvitationId> {
    id.parse().map_err(|_| HttpProblem::unknown("invitation"))
}
