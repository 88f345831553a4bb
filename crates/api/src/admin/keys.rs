//! Signing keys: list, rotate, revoke.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ApiResult;
use crate::caller::AdminCaller;
use crate::list::List;
use crate::openapi::{BodyRefusals, Refusals};
use usher_domain::key::SigningKeyRecord;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::state::App;

/// A signing key.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyView {
    /// Its `kid`.
    #[schema(example = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")]
    pub kid: String,
    /// The algorithm.
    #[schema(example = "ES256")]
    pub alg: String,
    /// next, active, retired (published, no longer signs) or pruned (no longer published).
    #[schema(example = "active")]
    pub state: String,
    /// When it was created, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
    /// When it began to sign, in seconds since the epoch.
    pub active_at: Option<i64>,
    /// When it stopped signing, in seconds since the epoch.
    pub retired_at: Option<i64>,
}

/// How to rotate the keys.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KeyRotation {
    /// At once, without publishing the new keys first. Tokens that the old keys signed stay valid; to invalidate them,
    /// revoke the key instead.
    #[schema(default = false)]
    pub at_once: bool,
}

impl From<SigningKeyRecord> for KeyView {
    fn from(key: SigningKeyRecord) -> Self {
        Self {
            state: key.state().as_str().to_owned(),
            kid: key.kid,
            alg: key.alg.as_str().to_owned(),
            created_at: key.created_at.0,
            active_at: key.active_at.map(|at| at.0),
            retired_at: key.retired_at.map(|at| at.0),
        }
    }
}

/// List the signing keys.
#[utoipa::path(
    get, path = "/api/v1/admin/keys", tag = "admin", operation_id = "admin_list_keys",
    responses((status = 200, description = "All of them", body = List<KeyView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn keys(State(app): State<App>, _: AdminCaller) -> ApiResult<Json<List<KeyView>>> {
    let keys = app.usher.signing_keys.list_keys().await?;
    Ok(Json(List { data: keys.into_iter().map(KeyView::from).collect(), next_cursor: None }))
}

/// Rotate the signing keys.
#[utoipa::path(
    post, path = "/api/v1/admin/keys/rotate", tag = "admin", operation_id = "admin_rotate_keys",
    request_body = KeyRotation,
    responses((status = 200, description = "The keys as they are now", body = List<KeyView>), Refusals, BodyRefusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn rotate_keys(
    state: State<App>,
    administrator: AdminCaller,
    JsonBody(rotation): JsonBody<KeyRotation>,
) -> ApiResult<Json<List<KeyView>>> {
    state.0.usher.signing_keys.rotate_keys(rotation.at_once).await?;
    keys(state, administrator).await
}

/// Revoke a compromised signing key.
///
/// Tokens that it signed become invalid, at the server at once and at every local module within a second. If it was
/// the active key, another one becomes active.
#[utoipa::path(
    post, path = "/api/v1/admin/keys/{kid}/revoke", tag = "admin", operation_id = "admin_revoke_key",
    params(("kid" = String, Path, description = "The key's `kid`")),
    responses((status = 200, description = "The keys as they are now", body = List<KeyView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn revoke_key(
    state: State<App>,
    administrator: AdminCaller,
    Path(kid): Path<String>,
) -> ApiResult<Json<List<KeyView>>> {
    state.0.usher.signing_keys.revoke_keys(&BTreeSet::from([kid])).await?;
    keys(state, administrator).await
}
