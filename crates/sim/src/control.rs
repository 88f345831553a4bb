//! `POST /_sim/clock` moves the clock, `POST /_sim/rotate` changes the signing key.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::Simulator;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockAdvance {
    advance: i64,
}

/// Moves the simulator's clock by `{"advance": SECONDS}`.
pub async fn clock(State(sim): State<Arc<Simulator>>, body: Bytes) -> Response {
    match serde_json::from_slice::<ClockAdvance>(&body) {
        Ok(step) => {
            sim.clock.advance(step.advance);
            Json(json!({"now": sim.clock.now()})).into_response()
        }
        Err(cause) => (StatusCode::BAD_REQUEST, Json(json!({"error": cause.to_string()}))).into_response(),
    }
}

/// Signs with a new key from now on.
pub async fn rotate(State(sim): State<Arc<Simulator>>) -> StatusCode {
    sim.keys.rotate();
    StatusCode::NO_CONTENT
}
