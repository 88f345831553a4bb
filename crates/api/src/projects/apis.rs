//! The APIs (resource servers) of a project, and the clients of other projects that may use them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::etag;
use crate::list::List;
use crate::openapi::{BodyRefusals, Problem, Refusals};
use usher_accounts::apis::{ApiCreator, NewApi};
use usher_accounts::{FlowError, Rejected};
use usher_domain::oauth::api::{AllowedClient, Api, ApiScope, ApiSettings, TokenFormat};
use usher_flows::Right;
use usher_flows::api::Caller;
use usher_http_server::extract::json::{JsonBody, OptionalJson};
use usher_http_server::state::App;
use usher_protocol::scope::Scope;

/// Declares a body that has the settings of an API among its members: a flattened structure could not refuse unknown ones.
macro_rules! settings_body {
    ($(#[$meta:meta])* $body:ident { $($before:tt)* } then { $($after:tt)* }) => {
        $(#[$meta])*
        pub struct $body {
            $($before)*
            /// The name that people read on the consent page: 1 to 100 characters.
            #[schema(example = "Orders")]
            pub name: String,
            /// Its scopes.
            #[serde(default)]
            #[schema(max_items = 100)]
            pub scopes: Vec<ApiScopeBody>,
            /// The roles of the project that its tokens carry; `*` for all. Roles that forbid something are always carried.
            #[serde(default = "every")]
            #[schema(example = json!(["*"]), max_items = 100)]
            pub roles: Vec<String>,
            /// The permissions that its tokens carry in the claim `permissions`: `Order:read`, `Order:*` or `*`. Only
            /// those that the user's roles allow without a condition.
            #[serde(default)]
            #[schema(example = json!(["Order:read"]), max_items = 100)]
            pub permissions: Vec<String>,
            /// The lifetime of its access tokens; that of the installation if absent.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(example = 300, minimum = 1)]
            pub access_token_seconds: Option<u32>,
            /// The algorithm of its access tokens: RS256, ES256, PS256 or `EdDSA`; that of the client if absent.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(example = "ES256")]
            pub signing_alg: Option<String>,
            /// `jwt`: signed, so that the API checks tokens by itself. `opaque`: the API introspects them.
            #[serde(default)]
            #[schema(example = "jwt")]
            pub token_format: ApiTokenFormat,
            /// Whether clients that register themselves may ask for it, with the consent of the person.
            #[serde(default)]
            #[schema(example = false)]
            pub self_registered_clients: bool,
            $($after)*
        }
    };
}

settings_body! {
    /// An API.
    #[derive(Debug, Serialize, ToSchema)]
    ApiView {
        /// Its id.
        #[schema(example = "01936d2e-3c00-7000-8000-00000000000b")]
        pub id: String,
        /// Its project.
        #[schema(example = "01936d2e-3c00-7000-8000-000000000001")]
        pub project_id: String,
        /// Its identifier: the `aud` of its tokens, and the value of `resource`.
        #[schema(example = "https://api.shop.example")]
        pub identifier: String,
    } then {
        /// When it was created, in seconds since the epoch.
        #[schema(example = 1_795_000_000)]
        pub created_at: i64,
        /// When it last changed, in seconds since the epoch.
        #[schema(example = 1_795_000_000)]
        pub updated_at: i64,
    }
}

settings_body! {
    /// An API to create.
    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    NewApiBody {
        /// Its identifier: an absolute https URI without a fragment. It belongs to one API of the installation, and never
        /// changes. Where anybody may create projects, the project proves that the host is its own.
        #[schema(example = "https://api.shop.example", max_length = 500)]
        pub identifier: String,
    } then {}
}

settings_body! {
    /// The settings of an API.
    #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    ApiSettingsBody {} then {}
}

/// The format of an API's access tokens.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApiTokenFormat {
    #[default]
    Jwt,
    Opaque,
}

/// A scope of an API.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiScopeBody {
    /// The scope token (RFC 6749 §3.3).
    #[schema(example = "orders:read", max_length = 100)]
    pub name: String,
    /// What it permits, in words for the consent page.
    #[serde(default)]
    #[schema(example = "See your orders", max_length = 200)]
    pub description: String,
}

/// A client of another project that may ask for tokens for an API.
#[derive(Debug, Serialize, ToSchema)]
pub struct AllowedClientView {
    /// The client.
    #[schema(example = "client_zYwvut")]
    pub client_id: String,
    /// The scopes that it may ask for, separated by spaces; all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "orders:read")]
    pub scope: Option<String>,
    /// Since when, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub since: i64,
}

/// What a client of another project may ask for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AllowedScopeBody {
    /// The scopes that it may ask for, separated by spaces; all if absent.
    #[schema(example = "orders:read")]
    pub scope: Option<String>,
}

fn every() -> Vec<String> {
    vec![usher_domain::oauth::api::EVERY.to_owned()]
}

impl From<ApiSettings> for ApiSettingsBody {
    fn from(settings: ApiSettings) -> Self {
        let scope = |ApiScope { name, description }| ApiScopeBody { name, description };
        Self {
            name: settings.name,
            scopes: settings.scopes.into_iter().map(scope).collect(),
            roles: settings.roles,
            permissions: settings.permissions,
            access_token_seconds: settings.access_token_seconds,
            signing_alg: settings.signing_alg,
            token_format: match settings.token_format {
                TokenFormat::Jwt => ApiTokenFormat::Jwt,
                TokenFormat::Opaque => ApiTokenFormat::Opaque,
            },
            self_registered_clients: settings.self_registered_clients,
        }
    }
}

impl From<ApiSettingsBody> for ApiSettings {
    fn from(body: ApiSettingsBody) -> Self {
        let scope = |ApiScopeBody { name, description }| ApiScope { name, description };
        Self {
            name: body.name,
            scopes: body.scopes.into_iter().map(scope).collect(),
            roles: body.roles,
            permissions: body.permissions,
            access_token_seconds: body.access_token_seconds,
            signing_alg: body.signing_alg,
            token_format: match body.token_format {
                ApiTokenFormat::Jwt => TokenFormat::Jwt,
                ApiTokenFormat::Opaque => TokenFormat::Opaque,
            },
            self_registered_clients: body.self_registered_clients,
        }
    }
}

impl From<Api> for ApiView {
    fn from(api: Api) -> Self {
        let ApiSettingsBody {
            name,
            scopes,
            roles,
            permissions,
            access_token_seconds,
            signing_alg,
            token_format,
            self_registered_clients,
        } = api.settings.into();
        Self {
            id: api.id.to_string(),
            project_id: api.project_id.to_string(),
            identifier: api.identifier,
            name,
            scopes,
            roles,
            permissions,
            access_token_seconds,
            signing_alg,
            token_format,
            self_registered_clients,
            created_at: api.created_at.0,
            updated_at: api.updated_at.0,
        }
    }
}

impl From<NewApiBody> for ApiSettings {
    fn from(body: NewApiBody) -> Self {
        ApiSettingsBody {
            name: body.name,
            scopes: body.scopes,
            roles: body.roles,
            permissions: body.permissions,
            access_token_seconds: body.access_token_seconds,
            signing_alg: body.signing_alg,
            token_format: body.token_format,
            self_registered_clients: body.self_registered_clients,
        }
        .into()
    }
}

/// The response with the `ETag` of the API's settings.
fn tagged(api: Api) -> Response {
    etag::with_tag_of(&ApiSettingsBody::from(api.settings.clone()), &ApiView::from(api))
}

impl From<AllowedClient> for AllowedClientView {
    fn from(allowed: AllowedClient) -> Self {
        Self {
            client_id: allowed.client_id.0,
            scope: allowed.scope.map(|scope| scope.to_string()),
            since: allowed.since.0,
        }
    }
}

/// List the APIs of a project.
///
/// Oldest first: 50 at most, so on one page.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/apis", tag = "apis", operation_id = "list_apis",
    params(("id" = String, Path, description = "The project's id")),
    responses((status = 200, description = "The APIs", body = List<ApiView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn list(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
) -> ApiResult<Json<List<ApiView>>> {
    let project = calling.project(&id, Right::View).await?;
    let apis = app.usher.apis.list_apis(project.id).await?;
    Ok(Json(List { data: apis.into_iter().map(ApiView::from).collect(), next_cursor: None }))
}

/// Create an API.
///
/// Where anybody may create projects, a project proves that the host of an https identifier is its own. Until then this
/// answers 409 `HOST_UNPROVEN`: publish the line `details.line` at `details.url`, and repeat the request.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/apis", tag = "apis", operation_id = "create_api",
    params(("id" = String, Path, description = "The project's id")), request_body = NewApiBody,
    responses((status = 201, description = "It is made", body = ApiView), Refusals, BodyRefusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn create(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewApiBody>,
) -> ApiResult<(StatusCode, Json<ApiView>)> {
    let project = calling.project(&id, Right::Develop).await?;
    let admin = matches!(&calling.caller, Caller::Person(account) if account.user.admin);
    let by = if admin { ApiCreator::Operator } else { ApiCreator::Project };
    let new = NewApi { project: project.id, identifier: new.identifier.clone(), settings: new.into(), by };
    Ok((StatusCode::CREATED, Json(app.usher.apis.create_api(new).await?.into())))
}

/// Show an API.
///
/// With the `ETag` of its settings.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/apis/{api}", tag = "apis", operation_id = "get_api",
    params(("id" = String, Path, description = "The project's id"), ("api" = String, Path, description = "Its id")),
    responses((status = 200, description = "The API", body = ApiView,
        headers(("ETag" = String, description = "The tag of these settings, for `If-Match`"))), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, api)): Path<(String, String)>,
) -> ApiResult<Response> {
    Ok(tagged(named(&app, &calling, (&id, &api), Right::View).await?))
}

/// Replace the settings of an API.
///
/// The identifier stays. With `If-Match`, only if they are still those that were read.
#[utoipa::path(
    put, path = "/api/v1/projects/{id}/apis/{api}", tag = "apis", operation_id = "replace_api",
    params(
        ("id" = String, Path, description = "The project's id"), ("api" = String, Path, description = "Its id"),
        ("If-Match" = Option<String>, Header, description = "The tag of the settings that were read"),
    ),
    request_body = ApiSettingsBody,
    responses(
        (status = 200, description = "The API as it is now", body = ApiView,
            headers(("ETag" = String, description = "The tag of these settings, for `If-Match`"))),
        Refusals, BodyRefusals,
        (status = 412, description = "It has changed meanwhile", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn put(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, api)): Path<(String, String)>,
    headers: HeaderMap,
    JsonBody(settings): JsonBody<ApiSettingsBody>,
) -> ApiResult<Response> {
    let api = named(&app, &calling, (&id, &api), Right::Develop).await?;
    etag::check(&headers, &ApiSettingsBody::from(api.settings.clone()))?;
    Ok(tagged(app.usher.apis.replace_api_settings(&api, settings.into()).await?))
}

/// Delete an API.
///
/// No more tokens are issued for it, and introspection of those that exist answers that they are not active.
#[utoipa::path(
    delete, path = "/api/v1/projects/{id}/apis/{api}", tag = "apis", operation_id = "delete_api",
    params(("id" = String, Path, description = "The project's id"), ("api" = String, Path, description = "Its id")),
    responses((status = 204, description = "It is gone"), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn delete(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, api)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let api = named(&app, &calling, (&id, &api), Right::Develop).await?;
    app.usher.apis.delete_api(&api).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the clients of other projects that may use an API.
///
/// 100 at most, so on one page. The clients of the API's own project need no permission.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/apis/{api}/clients", tag = "apis", operation_id = "list_api_clients",
    params(("id" = String, Path, description = "The project's id"), ("api" = String, Path, description = "Its id")),
    responses((status = 200, description = "The clients", body = List<AllowedClientView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn list_clients(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, api)): Path<(String, String)>,
) -> ApiResult<Json<List<AllowedClientView>>> {
    let api = named(&app, &calling, (&id, &api), Right::View).await?;
    let allowed = app.usher.apis.list_allowed_clients(&api).await?;
    Ok(Json(List { data: allowed.into_iter().map(AllowedClientView::from).collect(), next_cursor: None }))
}

/// Allow a client of another project to use an API.
///
/// An owner decides this. Allowing a client again changes its scopes.
#[utoipa::path(
    put, path = "/api/v1/projects/{id}/apis/{api}/clients/{client}", tag = "apis", operation_id = "allow_api_client",
    params(
        ("id" = String, Path, description = "The project's id"), ("api" = String, Path, description = "Its id"),
        ("client" = String, Path, description = "The client's id"),
    ),
    request_body(content = Option<AllowedScopeBody>, content_type = "application/json", description = "May be left out"),
    responses((status = 200, description = "It is allowed", body = AllowedClientView), Refusals, BodyRefusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn allow(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, api, client)): Path<(String, String, String)>,
    OptionalJson(wanted): OptionalJson<AllowedScopeBody>,
) -> ApiResult<Json<AllowedClientView>> {
    let api = named(&app, &calling, (&id, &api), Right::Own).await?;
    let scope = wanted.scope.as_deref().map(Scope::parse).transpose();
    let scope = scope.map_err(|_| FlowError::from(Rejected::bad_api_scope()))?;
    Ok(Json(app.usher.apis.allow_client(&api, &client, scope).await?.into()))
}

/// Take back the permission of a client.
///
/// What it was issued for the project's APIs is no longer valid.
#[utoipa::path(
    delete, path = "/api/v1/projects/{id}/apis/{api}/clients/{client}", tag = "apis", operation_id = "disallow_api_client",
    params(
        ("id" = String, Path, description = "The project's id"), ("api" = String, Path, description = "Its id"),
        ("client" = String, Path, description = "The client's id"),
    ),
    responses((status = 204, description = "It may no longer use the API"), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn disallow(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, api, client)): Path<(String, String, String)>,
) -> ApiResult<StatusCode> {
    let api = named(&app, &calling, (&id, &api), Right::Own).await?;
    app.usher.apis.disallow_client(&api, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The API with this id, if it belongs to the project and the caller has the right.
async fn named(app: &App, calling: &AuthenticatedCaller, (id, api): (&str, &str), right: Right) -> ApiResult<Api> {
    let project = calling.project(id, right).await?;
    Ok(app.usher.apis.load_api(project.id, api).await?)
}
