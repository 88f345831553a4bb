//! Upstream providers: list and test.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiResult;
use crate::caller::AdminCaller;
use crate::list::List;
use crate::openapi::Refusals;
use usher_accounts::upstream::CheckedStep;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_storage::providers::StoredProvider;

/// A provider.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderView {
    /// Its id, as in URLs.
    #[schema(example = "google")]
    pub id: String,
    /// Can it be used to sign in?
    #[schema(example = true)]
    pub enabled: bool,
    /// The `client_id` of Usher at the provider.
    #[schema(example = "1234.apps.example")]
    pub client_id: String,
    /// Is it written in the configuration file, and changed only there?
    #[schema(example = false)]
    pub managed: bool,
    /// When it was last changed, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub updated_at: i64,
}

/// The result of one step of a provider test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckedView)]
pub struct ProviderCheckView {
    /// The step.
    #[schema(example = "metadata")]
    pub step: String,
    /// Did it succeed?
    #[schema(example = true)]
    pub ok: bool,
    /// The error, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl From<StoredProvider> for ProviderView {
    fn from(provider: StoredProvider) -> Self {
        Self {
            id: provider.settings.id.as_str().to_owned(),
            enabled: provider.settings.enabled,
            client_id: provider.settings.client_id,
            managed: provider.managed,
            updated_at: provider.updated_at.0,
        }
    }
}

impl From<CheckedStep> for ProviderCheckView {
    fn from(checked: CheckedStep) -> Self {
        let why = checked.outcome.err().map(|error| error.to_string());
        Self { step: checked.step.to_owned(), ok: why.is_none(), why }
    }
}

/// List the upstream providers.
#[utoipa::path(
    get, path = "/api/v1/admin/providers", tag = "admin", operation_id = "admin_list_providers",
    responses((status = 200, description = "All of them", body = List<ProviderView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn providers(State(app): State<App>, _: AdminCaller) -> ApiResult<Json<List<ProviderView>>> {
    let providers = app.usher.providers.list_providers().await?;
    Ok(Json(List { data: providers.into_iter().map(ProviderView::from).collect(), next_cursor: None }))
}

/// Test an upstream provider.
///
/// Step by step, without a sign-in.
#[utoipa::path(
    post, path = "/api/v1/admin/providers/{provider}/test", tag = "admin", operation_id = "admin_test_provider",
    params(("provider" = String, Path, description = "Its name")),
    responses((status = 200, description = "What came of it", body = List<ProviderCheckView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn test_provider(
    State(app): State<App>,
    _: AdminCaller,
    Path(id): Path<String>,
) -> ApiResult<Json<List<ProviderCheckView>>> {
    let unknown = || HttpProblem::unknown("provider");
    let id = id.parse().map_err(|_| unknown())?;
    app.usher.providers.load_provider(&id).await?;
    let failed = |_| HttpProblem::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such provider");
    let steps = app.usher.providers.test_provider(&id).await.map_err(failed)?;
    Ok(Json(List { data: steps.into_iter().map(ProviderCheckView::from).collect(), next_cursor: None }))
}
