//! Webhooks: listing, creating, changing, deleting, and rotating their secrets.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::named;
use super::views::{WebhookView, WebhookWithSecret};
use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::list::List;
use crate::openapi::Problem;
use usher_flows::Right;
use usher_flows::webhooks::{NewWebhook, WebhookChange};
use usher_http_server::extract::json::JsonBody;
use usher_http_server::state::App;

/// A webhook to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookForm {
    /// The receiver: a public https URL.
    #[schema(example = "https://shop.example/hooks/usher", max_length = 2000)]
    url: String,
    /// A description.
    #[serde(default)]
    #[schema(example = "Signs people out of the shop", max_length = 200)]
    description: String,
    /// The event types to send: exact names, all of one noun (`session.*`) or everything (`*`).
    #[schema(example = json!(["session.*", "user.deleted"]), min_items = 1, max_items = 50)]
    events: Vec<String>,
}

/// The fields to change; absent ones stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookPatch {
    /// The receiver.
    #[schema(example = "https://shop.example/hooks/usher", max_length = 2000)]
    url: Option<String>,
    /// A description.
    #[schema(example = "Signs people out of the shop", max_length = 200)]
    description: Option<String>,
    /// The event types to send.
    #[schema(example = json!(["*"]), min_items = 1, max_items = 50)]
    events: Option<Vec<String>>,
    /// Is it disabled? When it is enabled again, pending messages are sent.
    #[schema(example = false)]
    disabled: Option<bool>,
}

/// How to rotate a secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Rotation)]
pub struct WebhookSecretRotation {
    /// For how long former secrets also sign, in seconds; a day if absent.
    #[schema(example = 86_400, maximum = 2_592_000)]
    overlap_seconds: Option<u64>,
}

/// List the webhooks of a project.
///
/// Oldest first: 20 at most, so on one page.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/webhooks", tag = "webhooks", operation_id = "list_webhooks",
    params(("id" = String, Path, description = "The project's id")),
    responses(
        (status = 200, description = "The webhooks", body = List<WebhookView>),
        (status = 403, description = "The caller may not do this to the project", body = Problem),
        (status = 404, description = "There is no such project, webhook or delivery for this caller", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn list(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
) -> ApiResult<Json<List<WebhookView>>> {
    let project = calling.project(&id, Right::View).await?;
    let webhooks = app.usher.webhooks.list_webhooks(project.id).await?;
    Ok(Json(List { data: webhooks.into_iter().map(WebhookView::from).collect(), next_cursor: None }))
}

/// Create a webhook.
///
/// Its secret is returned only once.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/webhooks", tag = "webhooks", operation_id = "create_webhook",
    params(("id" = String, Path, description = "The project's id")),
    request_body = WebhookForm,
    responses(
        (status = 201, description = "The webhook and its secret", body = WebhookWithSecret),
        (status = 400, description = "A parameter or the body is invalid", body = Problem),
        (status = 403, description = "The caller may not do this to the project", body = Problem),
        (status = 404, description = "There is no such project, webhook or delivery for this caller", body = Problem),
        (status = 409, description = "The project has 20 webhooks", body = Problem),
        (status = 422, description = "A field is invalid: `details.fields` says which", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn create(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    JsonBody(form): JsonBody<WebhookForm>,
) -> ApiResult<(StatusCode, Json<WebhookWithSecret>)> {
    let project = calling.project(&id, Right::Develop).await?;
    let new = NewWebhook { url: form.url, description: form.description, events: form.events };
    Ok((StatusCode::CREATED, Json(app.usher.webhooks.create_webhook(project.id, new).await?.into())))
}

/// Show a webhook.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/webhooks/{webhook}", tag = "webhooks", operation_id = "get_webhook",
    params(("id" = String, Path, description = "The project's id"), ("webhook" = String, Path, description = "The webhook's id")),
    responses(
        (status = 200, description = "The webhook", body = WebhookView),
        (status = 403, description = "The caller may not do this to the project", body = Problem),
        (status = 404, description = "There is no such project, webhook or delivery for this caller", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, webhook)): Path<(String, String)>,
) -> ApiResult<Json<WebhookView>> {
    Ok(Json(named(&app, &calling, &id, &webhook, Right::View).await?.into()))
}

/// Change a webhook.
#[utoipa::path(
    patch, path = "/api/v1/projects/{id}/webhooks/{webhook}", tag = "webhooks", operation_id = "change_webhook",
    params(("id" = String, Path, description = "The project's id"), ("webhook" = String, Path, description = "The webhook's id")),
    request_body = WebhookPatch,
    responses(
        (status = 200, description = "The webhook as it is now", body = WebhookView),
        (status = 400, description = "A parameter or the body is invalid", body = Problem),
        (status = 403, description = "The caller may not do this to the project", body = Problem),
        (status = 404, description = "There is no such project, webhook or delivery for this caller", body = Problem),
        (status = 422, description = "A field is invalid: `details.fields` says which", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn update(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, webhook)): Path<(String, String)>,
    JsonBody(patch): JsonBody<WebhookPatch>,
) -> ApiResult<Json<WebhookView>> {
    let known = named(&app, &calling, &id, &webhook, Right::Develop).await?;
    let WebhookPatch { url, description, events, disabled } = patch;
    let change = WebhookChange { url, description, events, disabled };
    Ok(Json(app.usher.webhooks.update_webhook(known.project_id, known.id, change).await?.into()))
}

/// Delete a webhook.
///
/// With its deliveries.
#[utoipa::path(
    delete, path = "/api/v1/projects/{id}/webhooks/{webhook}", tag = "webhooks", operation_id = "delete_webhook",
    params(("id" = String, Path, description = "The project's id"), ("webhook" = String, Path, description = "The webhook's id")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 403, description = "The caller may not do this to the project", body = Problem),
        (status = 404, description = "There is no such project, webhook or delivery for this caller", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn delete(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, webhook)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let known = named(&app, &calling, &id, &webhook, Right::Develop).await?;
    app.usher.webhooks.delete_webhook(known.project_id, known.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Rotate the secret of a webhook.
///
/// The new one is returned only once. Former secrets also sign for a while.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/webhooks/{webhook}/secrets", tag = "webhooks", operation_id = "rotate_webhook_secret",
    params(("id" = String, Path, description = "The project's id"), ("webhook" = String, Path, description = "The webhook's id")),
    request_body = WebhookSecretRotation,
    responses(
        (status = 201, description = "The webhook and its new secret", body = WebhookWithSecret),
        (status = 400, description = "A parameter or the body is invalid", body = Problem),
        (status = 403, description = "The caller may not do this to the project", body = Problem),
        (status = 404, description = "There is no such project, webhook or delivery for this caller", body = Problem),
        (status = 422, description = "A field is invalid: `details.fields` says which", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn rotate(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, webhook)): Path<(String, String)>,
    JsonBody(rotation): JsonBody<WebhookSecretRotation>,
) -> ApiResult<(StatusCode, Json<WebhookWithSecret>)> {
    let known = named(&app, &calling, &id, &webhook, Right::Develop).await?;
    let overlap = rotation.overlap_seconds.map(Duration::from_secs);
    let rotated = app.usher.webhooks.rotate_webhook_secret(known.project_id, known.id, overlap).await?;
    Ok((StatusCode::CREATED, Json(rotated.into())))
}
