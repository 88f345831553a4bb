//! The metadata of the service.

use std::future::ready;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use bytes::Bytes;
use serde_json::json;

use crate::oidc::json_document::JsonDocument;
use usher_domain::urls;
use usher_http_server::layers::cors::{self, Cors};
use usher_http_server::state::App;

/// Seconds for which it may be cached.
const MAX_AGE: u32 = 300;

/// The document, which anybody may read.
pub fn routes(app: &App) -> Router<App> {
    let issuer = app.usher.core.issuer();
    let body = json!({
        "policy_decision_point": issuer,
        "access_evaluation_endpoint": format!("{issuer}{}", urls::ACCESS_EVALUATION),
        "access_evaluations_endpoint": format!("{issuer}{}", urls::ACCESS_EVALUATIONS),
    });
    let document = JsonDocument::tagged(Bytes::from(body.to_string()), MAX_AGE);
    let answer = move |headers: HeaderMap| ready(document.answer(&headers));
    cors::wrap(Router::new().route(urls::AUTHZEN_CONFIGURATION, get(answer)), Cors::public())
}
