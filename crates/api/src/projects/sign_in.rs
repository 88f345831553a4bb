//! What a project decides about sign-in to its clients.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::etag;
use crate::openapi::{BodyRefusals, Problem, Refusals};
use usher_domain::project::sign_in::{ProjectSignIn, SignUpPolicy, TypedProjectSignIn};
use usher_flows::Right;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::state::App;

/// What a project decides about sign-in to its clients.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectSignInView {
    /// Who may make an account on the way to its clients: `anyone`, `domains` or `invited`.
    #[schema(example = "domains")]
    pub sign_up: &'static str,
    /// With `domains`: the domains of which the verified email address must be. Subdomains are other domains.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["example.com"]))]
    pub domains: Vec<String>,
    /// The ids of the providers that its sign-in pages offer, in this order. Absent: all, in the order of the
    /// installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["google"]))]
    pub providers: Option<Vec<String>>,
    /// Whether new accounts may have a password. Without, they begin with a passkey or a provider.
    #[schema(example = true)]
    pub password_sign_up: bool,
}

/// What to decide about sign-in. What is absent gets its default.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectSignInBody {
    /// Who may make an account on the way to the project's clients: `anyone` (the default; as far as the installation
    /// lets them), `domains` (people with a verified email address of one of the domains), or `invited` (nobody:
    /// whoever has an account signs in).
    #[serde(default)]
    #[schema(example = "domains")]
    pub sign_up: Option<String>,
    /// With `domains`: 1 to 50 domains. Subdomains are other domains.
    #[serde(default)]
    #[schema(example = json!(["example.com"]))]
    pub domains: Vec<String>,
    /// The ids of the providers that the sign-in pages offer, in this order. Absent or null: all, in the order of the
    /// installation. Other providers make no accounts on the way to the project's clients.
    #[serde(default)]
    #[schema(example = json!([]))]
    pub providers: Option<Vec<String>>,
    /// Whether new accounts may have a password; true if absent.
    #[serde(default)]
    #[schema(example = true)]
    pub password_sign_up: Option<bool>,
}

impl From<&ProjectSignIn> for ProjectSignInView {
    fn from(settings: &ProjectSignIn) -> Self {
        let names = |ids: &Vec<usher_domain::provider::ProviderId>| ids.iter().map(ToString::to_string).collect();
        Self {
            sign_up: settings.sign_up.as_str(),
            domains: settings.domains.clone(),
            providers: settings.providers.as_ref().map(names),
            password_sign_up: settings.password_sign_up,
        }
    }
}

impl ProjectSignInView {
    fn tagged(&self) -> Response {
        etag::with_tag_of(self, self)
    }
}

impl From<ProjectSignInBody> for TypedProjectSignIn {
    fn from(body: ProjectSignInBody) -> Self {
        Self {
            sign_up: body.sign_up.unwrap_or_else(|| SignUpPolicy::Anyone.as_str().to_owned()),
            domains: body.domains,
            providers: body.providers,
            password_sign_up: body.password_sign_up.unwrap_or(true),
        }
    }
}

/// Show what a project decides about sign-in.
///
/// Whether sign-in requires a second factor is `required_acr` of the project.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/sign-in", tag = "projects", operation_id = "get_project_sign_in",
    params(("id" = String, Path, description = "The project's id")),
    responses(
        (status = 200, description = "The settings", body = ProjectSignInView,
            headers(("ETag" = String, description = "The tag of these settings, for `If-Match`"))),
        Refusals,
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(State(app): State<App>, calling: AuthenticatedCaller, Path(id): Path<String>) -> ApiResult<Response> {
    let project = calling.project(&id, Right::View).await?;
    Ok(ProjectSignInView::from(&app.usher.project_sign_ins.load(project.id).await?).tagged())
}

/// Replace what a project decides about sign-in.
///
/// It applies to the sign-in pages of the project's clients at once. Existing accounts are not affected: whoever has one
/// signs in with it, whichever way. With `If-Match`, only if the settings are still those that were read.
#[utoipa::path(
    put, path = "/api/v1/projects/{id}/sign-in", tag = "projects", operation_id = "replace_project_sign_in",
    params(
        ("id" = String, Path, description = "The project's id"),
        ("If-Match" = Option<String>, Header, description = "The tag of the settings that were read"),
    ),
    request_body = ProjectSignInBody,
    responses(
        (status = 200, description = "The settings as they are now", body = ProjectSignInView,
            headers(("ETag" = String, description = "The tag of these settings, for `If-Match`"))),
        Refusals, BodyRefusals,
        (status = 412, description = "They have changed meanwhile", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn put(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<ProjectSignInBody>,
) -> ApiResult<Response> {
    let project = calling.project(&id, Right::Own).await?;
    let read = app.usher.project_sign_ins.load(project.id).await?;
    etag::check(&headers, &ProjectSignInView::from(&read))?;
    let now = app.usher.project_sign_ins.replace(project.id, &read, body.into()).await?;
    Ok(ProjectSignInView::from(&now).tagged())
}
