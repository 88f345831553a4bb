//! The clients of a project.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::etag;
use crate::list::{List, PageRequest};
use crate::openapi::{BodyRefusals, Problem, Refusals};
use usher_accounts::{FlowError, NewClient, RegisteredClient, Rejected};
use usher_domain::id::ClientId;
use usher_domain::oauth::client::{Client, ClientSecret, SecretRotation};
use usher_domain::project::Project;
use usher_flows::Right;
use usher_flows::api::Caller;
use usher_http_server::extract::json::{JsonBody, OptionalJson};
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::client::metadata::ClientMetadata;

/// A client.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientView {
    /// Its id.
    #[schema(example = "client_zYwvut")]
    pub client_id: String,
    /// Its project.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000001")]
    pub project_id: String,
    /// What kind of application it is: web, spa, native, machine or device.
    #[schema(example = "web")]
    pub r#type: String,
    /// Is it disabled?
    #[schema(example = false)]
    pub disabled: bool,
    /// When it was disabled, in seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1_795_000_000)]
    pub disabled_at: Option<i64>,
    /// How it became known. `managed`: somebody created it; `document`: its id is the URL of its metadata; `dynamic`: it
    /// registered itself (RFC 7591).
    #[schema(example = "managed")]
    pub origin: String,
    /// When an administrator vouched for a client that registered itself, in seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1_795_000_000)]
    pub trusted_at: Option<i64>,
    /// When it was created, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
    /// When it last changed, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub updated_at: i64,
    /// Its secrets, newest first, without their values. Empty for a public client.
    pub secrets: Vec<ClientSecretView>,
    /// Its metadata (RFC 7591 §2).
    #[schema(value_type = BTreeMap<String, Value>, example = json!({"client_name": "Shop", "redirect_uris": ["https://shop.example/cb"]}))]
    pub metadata: Value,
}

/// A client secret, without its value.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientSecretView {
    /// Its id: the beginning of the SHA-256 of the secret.
    #[schema(example = "9f86d081884c")]
    pub id: String,
    /// When it was created, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
    /// When it was last used, rounded to an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1_795_003_600)]
    pub last_used_at: Option<i64>,
    /// When it expires; absent if it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1_795_086_400)]
    pub expires_at: Option<i64>,
}

/// How to rotate the secret.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SecretRotationBody {
    /// How long the current secret stays valid, in seconds: 0 ends it at once, 86400 (a day) if absent, 2592000 (30
    /// days) at most.
    #[schema(example = 86_400)]
    pub overlap_seconds: Option<u32>,
}

/// A client with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeClient {
    /// The client.
    #[serde(flatten)]
    pub client: ClientView,
    /// Its secret, if it is confidential: returned only once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")]
    pub client_secret: Option<String>,
}

/// A client to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClientBody {
    /// What kind of application it is: web, spa, native, machine or device.
    #[schema(example = "web")]
    pub r#type: String,
    /// Its metadata (RFC 7591 §2); absent members get the defaults of the type.
    #[schema(value_type = BTreeMap<String, Value>, example = json!({"client_name": "Shop", "redirect_uris": ["https://shop.example/cb"]}))]
    pub metadata: Map<String, Value>,
}

/// The new state of a client.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientChange {
    /// Its metadata; absent members get the defaults of the type.
    #[schema(value_type = Option<BTreeMap<String, Value>>, example = json!({"client_name": "Shop", "redirect_uris": ["https://shop.example/cb"]}))]
    pub metadata: Option<Map<String, Value>>,
    /// `true` disables the client with all its grants, `false` enables it.
    #[schema(example = false)]
    pub disabled: Option<bool>,
    /// Whether an administrator vouches for a client that registered itself: pages no longer warn of it. Only
    /// administrators set it.
    #[schema(example = true)]
    pub trusted: Option<bool>,
}

impl From<&Client> for ClientView {
    fn from(client: &Client) -> Self {
        Self {
            client_id: client.id.0.clone(),
            project_id: client.project_id.to_string(),
            r#type: client.kind.as_str().to_owned(),
            disabled: !client.is_active(),
            disabled_at: client.disabled_at.map(|at| at.0),
            origin: client.origin.as_str().to_owned(),
            trusted_at: client.trusted_at.map(|at| at.0),
            created_at: client.created_at.0,
            updated_at: client.updated_at.0,
            secrets: client.secrets.iter().map(ClientSecretView::from).collect(),
            metadata: serde_json::to_value(&client.metadata).unwrap_or_default(),
        }
    }
}

impl From<&ClientSecret> for ClientSecretView {
    fn from(secret: &ClientSecret) -> Self {
        Self {
            id: secret.id().to_owned(),
            created_at: secret.created_at.0,
            last_used_at: secret.last_used_at.map(|at| at.0),
            expires_at: secret.expires_at.map(|at| at.0),
        }
    }
}

impl ClientView {
    /// The version that the `ETag` covers: use and rotation of secrets do not change it.
    fn version(&self) -> impl Serialize {
        (&self.metadata, self.disabled, self.trusted_at.is_some())
    }

    /// The response with the `ETag` of its version.
    fn tagged(self) -> Response {
        etag::with_tag_of(&self.version(), &self)
    }
}

impl From<RegisteredClient> for MadeClient {
    fn from(made: RegisteredClient) -> Self {
        Self { client: (&made.client).into(), client_secret: made.secret }
    }
}

/// List the clients of a project.
///
/// In the order of their ids.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/clients", tag = "clients", operation_id = "list_clients",
    params(("id" = String, Path, description = "The project's id"), crate::list::ListParams),
    responses((status = 200, description = "A page of them", body = List<ClientView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn list(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    query: QueryParams,
) -> ApiResult<Json<List<ClientView>>> {
    let project = calling.project(&id, Right::View).await?;
    let wanted = PageRequest::<ClientId>::read(&query)?;
    let clients = app.usher.clients.list_clients(project.id, wanted.after_client(), wanted.size + 1).await?;
    Ok(Json(List::cut(&wanted, clients, |client: &Client| &client.id)))
}

/// Create a client.
///
/// Its secret is in the response, and cannot be read again.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/clients", tag = "clients", operation_id = "create_client",
    params(("id" = String, Path, description = "The project's id")), request_body = NewClientBody,
    responses((status = 201, description = "It is made", body = MadeClient), Refusals, BodyRefusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn create(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewClientBody>,
) -> ApiResult<(StatusCode, Json<MadeClient>)> {
    let project = calling.project(&id, Right::Develop).await?;
    let kind = new
        .r#type
        .parse()
        .map_err(|error: usher_domain::oauth::client::UnknownClientType| invalid("type", &error.to_string()))?;
    let metadata = metadata(usher_domain::oauth::client::ClientType::defaults(kind), new.metadata)?;
    check_admin_only_members(&calling, &metadata, &ClientMetadata::default())?;
    let made = app.usher.clients.create_client(NewClient { project: project.id, kind, metadata, id: None }).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Show a client.
///
/// With the `ETag` of its version.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/clients/{client}", tag = "clients", operation_id = "get_client",
    params(("id" = String, Path, description = "The project's id"), ("client" = String, Path, description = "Its id")),
    responses((status = 200, description = "The client", body = ClientView,
        headers(("ETag" = String, description = "The tag of this version, for `If-Match`"))), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, client)): Path<(String, String)>,
) -> ApiResult<Response> {
    let project = calling.project(&id, Right::View).await?;
    Ok(ClientView::from(&of_project(&app, &project, &client).await?).tagged())
}

/// Replace a client's metadata, or disable it.
///
/// With `If-Match`, only if it is still the version that was read.
#[utoipa::path(
    put, path = "/api/v1/projects/{id}/clients/{client}", tag = "clients", operation_id = "replace_client",
    params(
        ("id" = String, Path, description = "The project's id"), ("client" = String, Path, description = "Its id"),
        ("If-Match" = Option<String>, Header, description = "The tag of the version that was read"),
    ),
    request_body = ClientChange,
    responses(
        (status = 200, description = "The client as it is now", body = ClientView,
            headers(("ETag" = String, description = "The tag of this version, for `If-Match`"))), Refusals, BodyRefusals,
        (status = 409, description = "It describes itself in a document, or did not register itself", body = Problem),
        (status = 412, description = "It has changed meanwhile", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn put(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, client)): Path<(String, String)>,
    headers: HeaderMap,
    JsonBody(change): JsonBody<ClientChange>,
) -> ApiResult<Response> {
    let project = calling.project(&id, Right::Develop).await?;
    let mut client = of_project(&app, &project, &client).await?;
    etag::check(&headers, &ClientView::from(&client).version())?;
    if let Some(members) = change.metadata {
        let mut defaults = client.kind.defaults();
        // Members that only administrators set keep their values if absent.
        defaults.first_party = client.metadata.first_party;
        defaults.may_impersonate = client.metadata.may_impersonate;
        defaults.cross_app_access.clone_from(&client.metadata.cross_app_access);
        defaults.token_endpoint_auth_method = client.metadata.token_endpoint_auth_method;
        defaults.any_localhost_redirect = client.metadata.any_localhost_redirect;
        let metadata = metadata(defaults, members)?;
        check_admin_only_members(&calling, &metadata, &client.metadata)?;
        client = app.usher.clients.replace_client_metadata(&client, metadata).await?;
    }
    if let Some(trusted) = change.trusted.filter(|trusted| *trusted != client.trusted_at.is_some()) {
        if !is_admin(&calling) {
            return Err(HttpProblem::new(StatusCode::FORBIDDEN, "NOT_ALLOWED", "Only administrators set trusted."));
        }
        client = app.usher.clients.set_client_trusted(&client.id, trusted).await?;
    }
    if let Some(disabled) = change.disabled.filter(|disabled| *disabled == client.is_active()) {
        client = app.usher.clients.set_client_disabled(&client.id, disabled).await?;
    }
    Ok(ClientView::from(&client).tagged())
}

/// Delete a client.
///
/// Everything that it was granted becomes invalid.
#[utoipa::path(
    delete, path = "/api/v1/projects/{id}/clients/{client}", tag = "clients", operation_id = "delete_client",
    params(("id" = String, Path, description = "The project's id"), ("client" = String, Path, description = "Its id")),
    responses((status = 204, description = "It is gone"), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn delete(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, client)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let project = calling.project(&id, Right::Develop).await?;
    let client = of_project(&app, &project, &client).await?;
    app.usher.clients.delete_client(&client.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Rotate a client's secret.
///
/// The current one stays valid for `overlap_seconds`; older ones end now. Rejected with `SECRET_JUST_MADE` if that
/// would end a secret made within the last 10 seconds, which another caller has just received.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/clients/{client}/secret", tag = "clients", operation_id = "rotate_client_secret",
    params(("id" = String, Path, description = "The project's id"), ("client" = String, Path, description = "Its id")),
    request_body(content = SecretRotationBody, description = "May be left out"),
    responses(
        (status = 200, description = "The client with its new secret", body = MadeClient), Refusals, BodyRefusals,
        (status = 409, description = "A secret that would end was just made", body = Problem),
        (status = 422, description = "It keeps no secret, or the overlap is too long", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn rotate_secret(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, client)): Path<(String, String)>,
    OptionalJson(wanted): OptionalJson<SecretRotationBody>,
) -> ApiResult<Json<MadeClient>> {
    let project = calling.project(&id, Right::Develop).await?;
    let client = of_project(&app, &project, &client).await?;
    let seconds = wanted.overlap_seconds.map(|seconds| Duration::from_secs(seconds.into()));
    let rotation = seconds.map_or_else(SecretRotation::default, SecretRotation::with_overlap);
    Ok(Json(app.usher.clients.rotate_client_secret(&client.id, rotation).await?.into()))
}

/// The client with this id, if it belongs to the project.
pub(super) async fn of_project(app: &App, project: &Project, id: &str) -> ApiResult<Client> {
    let client = app.usher.clients.load_client(id).await;
    match client {
        Ok(client) if client.project_id == project.id => Ok(client),
        Ok(_) => Err(FlowError::from(Rejected::NotFound("client")).into()),
        Err(error) => Err(error.into()),
    }
}

/// The metadata of a request, completed by the defaults of the type.
fn metadata(defaults: ClientMetadata, members: Map<String, Value>) -> ApiResult<ClientMetadata> {
    let mut merged = serde_json::to_value(defaults).unwrap_or_default();
    if let Value::Object(all) = &mut merged {
        all.extend(members);
    }
    serde_json::from_value(merged).map_err(|error| {
        let text = error.to_string();
        let shown =
            if text.starts_with("unknown field") { text } else { "a member has the wrong type or value".into() };
        invalid("metadata", &shown)
    })
}

fn check_admin_only_members(
    calling: &AuthenticatedCaller,
    wanted: &ClientMetadata,
    now: &ClientMetadata,
) -> ApiResult<()> {
    if wanted.has_admin_only_members_of(now) || is_admin(calling) {
        return Ok(());
    }
    let words = format!("Only administrators set {}.", ClientMetadata::ADMIN_ONLY.join(" and "));
    Err(HttpProblem::new(StatusCode::FORBIDDEN, "NOT_ALLOWED", words))
}

fn is_admin(calling: &AuthenticatedCaller) -> bool {
    matches!(&calling.caller, Caller::Person(account) if account.user.admin)
}

fn invalid(field: &str, why: &str) -> HttpProblem {
    let words = format!("{field}: {why}");
    let problem = HttpProblem::new(StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_FAILED", words);
    problem.with_details(serde_json::json!({ "fields": { field: why } }))
}
