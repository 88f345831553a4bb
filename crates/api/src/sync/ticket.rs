//! Tickets: each opens one socket, for clients that cannot set headers.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::follower::FeedFollower;
use crate::ApiResult;
use crate::openapi::Problem;
use usher_flows::api::TICKET_SECONDS;
use usher_http_server::state::App;

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketView {
    /// The value of the parameter `ticket`.
    #[schema(example = "hW6DTqvVJkBLqv1vYJ3WS0kKxM9y9mRMpXn2w5fZC7o")]
    pub ticket: String,
    /// Seconds until it expires.
    #[schema(example = 30)]
    pub expires_in: u32,
}

/// Create a ticket.
///
/// It opens one socket, once.
#[utoipa::path(
    post, path = "/api/v1/sync/ticket", tag = "sync", operation_id = "create_sync_ticket",
    responses(
        (status = 201, description = "The ticket", body = TicketView),
        (status = 403, description = "The token does not reach the feed", body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn post(state: State<App>, following: FeedFollower) -> ApiResult<(StatusCode, Json<TicketView>)> {
    let ticket = state.usher.feed_access.issue_ticket(&following.0).await?;
    Ok((StatusCode::CREATED, Json(TicketView { ticket, expires_in: TICKET_SECONDS })))
}
