//! The endpoint for CIBA requests (CIBA Core §7).

use axum::Json;
use axum::extract::State;

use super::client_call::ClientCall;
use crate::refusal::OAuthReply;
use usher_domain::oauth::attempt::AttemptKind;
use usher_http_server::state::App;
use usher_protocol::ciba::CibaResponse;

/// POST
pub async fn post(State(app): State<App>, call: ClientCall) -> Result<Json<CibaResponse>, OAuthReply> {
    let begun = async { app.usher.ciba_requests.begin(&call.credentials, &call.form, &call.source).await.map(Json) };
    call.recorded(AttemptKind::Ciba, Box::pin(begun)).await
}
