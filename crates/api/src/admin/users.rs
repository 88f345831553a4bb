//! Users. Administrators disable and enable them; email address, password and factors are changed by the user only.

use std::str::FromStr;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::ApiResult;
use crate::caller::AdminCaller;
use crate::list::{List, ListParams, PageRequest};
use crate::openapi::{BodyRefusals, Problem, Refusals};
use usher_accounts::{FlowError, NewUser, Rejected};
use usher_domain::secret::Secret;
use usher_domain::time::Timestamp;
use usher_domain::user::search::{UserFilter, UserOrder, UserPosition, UserQuery};
use usher_domain::user::session::Session;
use usher_domain::user::{Profile, User, UserStatus};
use usher_flows::PageStart;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// Filters of the list of users. All of them must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; `read_query` reads them")]
pub struct UserParams {
    /// Words, each the beginning of a name, the email address, its domain, the `sub` or the telephone number. Users are
    /// then ordered by what was found.
    #[param(example = "ana sou")]
    q: Option<String>,
    /// Users whose email address begins with this, ordered by it.
    #[param(example = "ana")]
    email: Option<String>,
    /// active, disabled or merged.
    #[param(example = "active")]
    status: Option<String>,
    /// Are they administrators?
    admin: Option<bool>,
    /// Do they have a verified email address?
    has_email: Option<bool>,
    /// Do they have an authenticator app or a passkey?
    second_factor: Option<bool>,
    /// The id of a provider of which they have an identity.
    #[param(example = "google")]
    provider: Option<String>,
    /// The id of a project that they are members of.
    #[param(example = "01936d2e-3c00-7000-8000-000000000003")]
    project: Option<String>,
    /// Created then or later, in seconds since the epoch.
    #[param(example = 1_795_000_000)]
    created_since: Option<i64>,
    /// Used a session then or later, in seconds since the epoch.
    #[param(example = 1_795_000_000)]
    seen_since: Option<i64>,
    /// oldest, newest or `last_seen` (leaves out users without a session). Without `q` and `email` only.
    #[param(example = "newest")]
    order: Option<String>,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserView {
    /// The subject identifier.
    #[schema(example = "6Hq3P0b0TfmQ1x2y3z4w5A")]
    pub sub: String,
    /// The verified email address.
    #[schema(example = "ana@example.test")]
    pub email: Option<String>,
    /// The display name.
    #[schema(example = "Ana Souza")]
    pub name: Option<String>,
    /// active, disabled or merged.
    #[schema(example = "active")]
    pub status: String,
    /// Is the user an administrator?
    #[schema(example = false)]
    pub admin: bool,
    /// The preferred language.
    #[schema(example = "pt-BR")]
    pub locale: Option<String>,
    /// When the user was created, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
}

/// A new user. The email address counts as verified: the caller vouches for it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUserBody {
    /// The email address.
    #[schema(example = "bob@example.test")]
    pub email: String,
    /// The password; a user without one sets it by password recovery.
    pub password: Option<String>,
    /// First name.
    #[schema(example = "Bob")]
    pub given_name: Option<String>,
    /// Last name.
    #[schema(example = "Costa")]
    pub family_name: Option<String>,
    /// The preferred language.
    #[schema(example = "en")]
    pub locale: Option<String>,
}

/// The fields to change; absent ones stay. Email address, password and roles cannot be changed here.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChange {
    /// First name.
    #[schema(example = "Bob")]
    pub given_name: Option<String>,
    /// Last name.
    #[schema(example = "Costa")]
    pub family_name: Option<String>,
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// Its id.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000002")]
    pub id: String,
    /// When the user authenticated, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub auth_time: i64,
    /// The authentication methods (RFC 8176).
    #[schema(example = json!(["pwd"]))]
    pub amr: Vec<String>,
    /// When it was last used, in seconds since the epoch.
    #[schema(example = 1_795_003_600)]
    pub last_seen_at: i64,
    /// The browser's `User-Agent`.
    pub user_agent: Option<String>,
    /// The network.
    #[schema(example = "203.0.113.7")]
    pub source: Option<String>,
}

/// The number of ended sessions and affected clients.
#[derive(Debug, Serialize, ToSchema)]
pub struct EverythingEnded {
    /// Ended sessions.
    #[schema(example = 2)]
    pub sessions: usize,
    /// Clients that lost grants.
    #[schema(example = 3)]
    pub clients: usize,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        let status = match user.status {
            UserStatus::Active => "active",
            UserStatus::Disabled => "disabled",
            UserStatus::Merged => "merged",
        };
        Self {
            name: user.profile.display_name(),
            sub: user.sub.0,
            email: user.email.map(|email| email.to_string()),
            status: status.to_owned(),
            admin: user.admin,
            locale: user.locale,
            created_at: user.created_at.0,
        }
    }
}

impl From<Session> for SessionView {
    fn from(session: Session) -> Self {
        Self {
            id: session.id.to_string(),
            auth_time: session.auth_time.0,
            amr: session.amr,
            last_seen_at: session.last_seen_at.0,
            user_agent: session.user_agent,
            source: session.source,
        }
    }
}

/// List users.
///
/// Those who match all filters. A page examines at most 5000 users: with filters that few users match it may be short or
/// empty and still have a `next_cursor`.
#[utoipa::path(
    get, path = "/api/v1/admin/users", tag = "admin", operation_id = "admin_list_users",
    params(ListParams, UserParams),
    responses((status = 200, description = "A page of them", body = List<UserView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn list(State(app): State<App>, _: AdminCaller, query: QueryParams) -> ApiResult<Json<List<UserView>>> {
    let wanted = PageRequest::<UserPosition>::read(&query)?;
    let start = wanted.after.map_or(PageStart::First, PageStart::After);
    let wanted_users = read_query(&query)?;
    let unread = |error: FlowError| match error {
        FlowError::Rejected(Rejected::NotFound("page")) => {
            HttpProblem::parameter("cursor", "it belongs to a list with another order")
        }
        other => other.into(),
    };
    let page = app.usher.user_directory.find_users(&wanted_users, &start, wanted.size).await.map_err(unread)?;
    Ok(Json(List {
        data: page.users.into_iter().map(|one| one.user.into()).collect(),
        next_cursor: page.next.map(|next| next.encode()),
    }))
}

/// Parses the filters; 400 that names the parameter.
fn read_query(QueryParams(params): &QueryParams) -> ApiResult<UserQuery> {
    let filter = UserFilter {
        status: parsed(params, "status")?,
        admin: parsed(params, "admin")?,
        has_email: parsed(params, "has_email")?,
        second_factor: parsed(params, "second_factor")?,
        provider: parsed(params, "provider")?,
        project: parsed(params, "project")?,
        created_since: parsed(params, "created_since")?.map(Timestamp),
        seen_since: parsed(params, "seen_since")?.map(Timestamp),
    };
    let order = parsed(params, "order")?.unwrap_or(UserOrder::Oldest);
    let query = UserQuery::new(&parsed::<String>(params, "q")?.unwrap_or_default(), filter, order);
    Ok(match parsed::<String>(params, "email")? {
        Some(prefix) => query.with_email(&prefix),
        None => query,
    })
}

fn parsed<T: FromStr>(params: &Params, name: &'static str) -> ApiResult<Option<T>> {
    let text = params.get(name).map_err(|_| HttpProblem::parameter(name, "it was sent more than once"))?;
    text.map(|text| text.parse().map_err(|_| HttpProblem::parameter(name, "it is not one of its values"))).transpose()
}

/// Create a user.
#[utoipa::path(
    post, path = "/api/v1/admin/users", tag = "admin", operation_id = "admin_create_user", request_body = NewUserBody,
    responses((status = 201, description = "They are there", body = UserView), Refusals, BodyRefusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn create(
    State(app): State<App>,
    _: AdminCaller,
    JsonBody(new): JsonBody<NewUserBody>,
) -> ApiResult<(StatusCode, Json<UserView>)> {
    let profile = Profile { given_name: new.given_name, family_name: new.family_name, ..Profile::default() };
    let password = new.password.map(Secret::new);
    let new = NewUser { email: new.email, password, admin: false, profile, locale: new.locale };
    Ok((StatusCode::CREATED, Json(app.usher.users.create_user(new).await?.into())))
}

/// Show a user.
#[utoipa::path(
    get, path = "/api/v1/admin/users/{sub}", tag = "admin", operation_id = "admin_get_user",
    params(("sub" = String, Path, description = "Who")),
    responses((status = 200, description = "The user", body = UserView), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(State(app): State<App>, _: AdminCaller, Path(sub): Path<String>) -> ApiResult<Json<UserView>> {
    Ok(Json(find(&app, &sub).await?.into()))
}

/// Change a user's name.
#[utoipa::path(
    patch, path = "/api/v1/admin/users/{sub}", tag = "admin", operation_id = "admin_change_user",
    params(("sub" = String, Path, description = "Who")), request_body = UserChange,
    responses((status = 200, description = "The user as they are now", body = UserView), Refusals, BodyRefusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn patch(
    State(app): State<App>,
    _: AdminCaller,
    Path(sub): Path<String>,
    JsonBody(change): JsonBody<UserChange>,
) -> ApiResult<Json<UserView>> {
    let user = find(&app, &sub).await?;
    Ok(Json(app.usher.users.rename_user(&user, change.given_name, change.family_name).await?.into()))
}

/// Delete a user.
///
/// With all their data. Administrators cannot be deleted here.
#[utoipa::path(
    delete, path = "/api/v1/admin/users/{sub}", tag = "admin", operation_id = "admin_delete_user",
    params(("sub" = String, Path, description = "Who")),
    responses((status = 204, description = "They are gone"), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn delete(State(app): State<App>, _: AdminCaller, Path(sub): Path<String>) -> ApiResult<StatusCode> {
    let user = not_an_administrator(find(&app, &sub).await?)?;
    app.usher.account_deletion.remove_user(user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Disable a user.
///
/// Ends their sessions and grants and prevents sign-ins.
#[utoipa::path(
    post, path = "/api/v1/admin/users/{sub}/disable", tag = "admin", operation_id = "admin_disable_user",
    params(("sub" = String, Path, description = "Who")),
    responses(
        (status = 200, description = "What ended", body = EverythingEnded), Refusals,
        (status = 409, description = "The user was merged into another", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn disable(
    State(app): State<App>,
    _: AdminCaller,
    Path(sub): Path<String>,
) -> ApiResult<Json<EverythingEnded>> {
    let user = not_merged(not_an_administrator(find(&app, &sub).await?)?)?;
    let ended = app.usher.users.set_user_enabled(&user, false).await?;
    Ok(Json(EverythingEnded { sessions: ended.sessions.len(), clients: ended.clients.len() }))
}

/// Enable a user.
#[utoipa::path(
    post, path = "/api/v1/admin/users/{sub}/enable", tag = "admin", operation_id = "admin_enable_user",
    params(("sub" = String, Path, description = "Who")),
    responses(
        (status = 204, description = "They may"), Refusals,
        (status = 409, description = "The user was merged into another", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn enable(State(app): State<App>, _: AdminCaller, Path(sub): Path<String>) -> ApiResult<StatusCode> {
    let user = not_merged(not_an_administrator(find(&app, &sub).await?)?)?;
    app.usher.users.set_user_enabled(&user, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the live sessions of a user.
#[utoipa::path(
    get, path = "/api/v1/admin/users/{sub}/sessions", tag = "admin", operation_id = "admin_list_user_sessions",
    params(("sub" = String, Path, description = "Whose")),
    responses((status = 200, description = "All of them", body = List<SessionView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn sessions(
    State(app): State<App>,
    _: AdminCaller,
    Path(sub): Path<String>,
) -> ApiResult<Json<List<SessionView>>> {
    let sessions = app.usher.users.list_sessions(&find(&app, &sub).await?).await?;
    Ok(Json(List { data: sessions.into_iter().map(SessionView::from).collect(), next_cursor: None }))
}

/// Revoke every session and grant of a user.
#[utoipa::path(
    post, path = "/api/v1/admin/users/{sub}/revoke", tag = "admin", operation_id = "admin_revoke_user",
    params(("sub" = String, Path, description = "Whose")),
    responses((status = 200, description = "What ended", body = EverythingEnded), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn revoke(
    State(app): State<App>,
    _: AdminCaller,
    Path(sub): Path<String>,
) -> ApiResult<Json<EverythingEnded>> {
    let ended = app.usher.users.revoke_user(&find(&app, &sub).await?).await?;
    Ok(Json(EverythingEnded { sessions: ended.sessions.len(), clients: ended.clients.len() }))
}

async fn find(app: &App, sub: &str) -> ApiResult<User> {
    let user = app.usher.subjects.find(sub).await?;
    user.ok_or_else(|| HttpProblem::unknown("user"))
}

/// Rejects operations on administrators, who can neither lock one another out through the API nor themselves.
fn not_an_administrator(user: User) -> ApiResult<User> {
    if user.admin { Err(FlowError::from(Rejected::NotAllowed).into()) } else { Ok(user) }
}

/// Rejects changes to a merged user.
fn not_merged(user: User) -> ApiResult<User> {
    if user.status == UserStatus::Merged { Err(FlowError::from(Rejected::UserMerged).into()) } else { Ok(user) }
}
