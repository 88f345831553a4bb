//! Deliveries: listing, showing and repeating them, and sending a test message.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::named;
use super::views::{DeliveryView, Redelivered};
use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::list::{List, ListParams, PageRequest};
use crate::openapi::Problem;
use usher_domain::event::webhook::DeliveryStatus;
use usher_domain::time::Timestamp;
use usher_flows::Right;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// The start of a period.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// Deliveries that were created since this moment, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    since: i64,
}

/// List the deliveries of a webhook.
///
/// Newest first. They are kept for 30 days.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/webhooks/{webhook}/deliveries", tag = "webhooks", operation_id = "list_deliveries",
    params(("id" = String, Path, description = "The project's id"), ("webhook" = String, Path, description = "The webhook's id"), ListParams,
        ("status" = Option<String>, Query, description = "`waiting`, `delivered` or `failed` alone")),
    responses(
        (status = 200, description = "The deliveries", body = List<DeliveryView>),
        (status = 400, description = "A parameter or the body is invalid", body = Problem),
        (status = 403, description = "The caller may not do this to the project", body = Problem),
        (status = 404, description = "There is no such project, webhook or delivery for this caller", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn list(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, webhook)): Path<(String, String)>,
    query: QueryParams,
) -> ApiResult<Json<List<DeliveryView>>> {
    let known = named(&app, &calling, &id, &webhook, Right::View).await?;
    let wanted = PageRequest::read(&query)?;
    let wrong = |why| HttpProblem::parameter("status", why);
    let status = query.0.get("status").map_err(|_| wrong("it was sent more than once"))?;
    let status = status.map(|word| DeliveryStatus::from_word(word).ok_or_else(|| wrong("it is no status")));
    let page = app.usher.webhooks.list_deliveries(&known, status.transpose()?, wanted.after, wanted.size).await?;
    Ok(Json(List::of(page, DeliveryView::from)))
}

/// Show a delivery with its attempts.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/webhooks/{webhook}/deliveries/{delivery}", tag = "webhooks", operation_id = "get_delivery",
    params(("id" = String, Path, description = "The project's id"), ("webhook" = String, Path, description = "The webhook's id"), ("delivery" = String, Path, description = "The message's id: its `webhook-id`")),
    responses(
        (status = 200, description = "The delivery", body = DeliveryView),
        (status = 403, description = "The caller may not do this to the project", body = Problem),
        (status = 404, description = "There is no such project, webhook or delivery for this caller", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, webhook, delivery)): Path<(String, String, String)>,
) -> ApiResult<Json<DeliveryView>> {
    let known = named(&app, &calling, &id, &webhook, Right::View).await?;
    let message = delivery.parse().map_err(|_| HttpProblem::unknown("delivery"))?;
    Ok(Json(app.usher.webhooks.load_delivery(&known, message).await?.into()))
}

/// Send a delivery again.
///
/// Whatever its status. The message keeps its id.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/webhooks/{webhook}/deliveries/{delivery}/redeliver", tag = "webhooks", operation_id = "redeliver",
    params(("id" = String, Path, description = "The project's id"), ("webhook" = String, Path, description = "The webhook's id"), ("delivery" = String, Path, description = "The message's id: its `webhook-id`")),
    responses(
        (status = 202, description = "It is on its way", body = DeliveryView),
        (status = 403, description = "The caller may not do this to the project", body = Problem),
        (status = 404, description = "There is no such project, webhook or delivery for this caller", body = Problem),
        (status = 409, description = "The webhook is out of use", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn redeliver(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, webhook, delivery)): Path<(String, String, String)>,
) -> ApiResult<(StatusCode, Json<DeliveryView>)> {
    let known = named(&app, &calling, &id, &webhook, Right::Develop).await?;
    let message = delivery.parse().map_err(|_| HttpProblem::unknown("delivery"))?;
    Ok((StatusCode::ACCEPTED, Json(app.usher.webhooks.redeliver(&known, message).await?.into())))
}

/// Send all failed deliveries again.
///
/// Those that were created since a moment.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/webhooks/{webhook}/redeliver", tag = "webhooks", operation_id = "redeliver_failed",
    params(("id" = String, Path, description = "The project's id"), ("webhook" = String, Path, description = "The webhook's id")),
    request_body = Since,
    responses(
        (status = 202, description = "They are on their way", body = Redelivered),
        (status = 400, description = "A parameter or the body is invalid", body = Problem),
        (status = 403, description = "The caller may not do this to the project", body = Problem),
        (status = 404, description = "There is no such project, webhook or delivery for this caller", body = Problem),
        (status = 409, description = "The webhook is out of use", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn redeliver_failed(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, webhook)): Path<(String, String)>,
    JsonBody(since): JsonBody<Since>,
) -> ApiResult<(StatusCode, Json<Redelivered>)> {
    let known = named(&app, &calling, &id, &webhook, Right::Develop).await?;
    let deliveries = app.usher.webhooks.redeliver_failed(&known, Timestamp(since.since)).await?;
    Ok((StatusCode::ACCEPTED, Json(Redelivered { deliveries })))
}

/// Send a test message.
///
/// Its type is `webhook.test`, and it is sent regardless of the webhook's filters.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/webhooks/{webhook}/test", tag = "webhooks", operation_id = "test_webhook",
    params(("id" = String, Path, description = "The project's id"), ("webhook" = String, Path, description = "The webhook's id")),
    responses(
        (status = 202, description = "It is on its way", body = DeliveryView),
        (status = 403, description = "The caller may not do this to the project", body = Problem),
        (status = 404, description = "There is no such project, webhook or delivery for this caller", body = Problem),
        (status = 409, description = "The webhook is out of use", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn test(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, webhook)): Path<(String, String)>,
) -> ApiResult<(StatusCode, Json<DeliveryView>)> {
    let known = named(&app, &calling, &id, &webhook, Right::Develop).await?;
    Ok((StatusCode::ACCEPTED, Json(app.usher.webhooks.test_webhook(&known).await?.into())))
}
