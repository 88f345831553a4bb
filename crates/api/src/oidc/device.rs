//! The device authorization endpoint (RFC 8628 §3.1).

use axum::Json;
use axum::extract::State;

use super::client_call::ClientCall;
use crate::refusal::OAuthReply;
use usher_domain::oauth::attempt::AttemptKind;
use usher_http_server::state::App;
use usher_protocol::device::DeviceAuthorizationResponse;

/// POST
pub async fn post(State(app): State<App>, call: ClientCall) -> Result<Json<DeviceAuthorizationResponse>, OAuthReply> {
    call.recorded(AttemptKind::Device, async {
        app.usher.device_authorizations.begin(&call.credentials, &call.form, &call.device()).await.map(Json)
    })
    .await
}
