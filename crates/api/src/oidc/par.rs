//! The pushed authorization request endpoint (RFC 9126).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::client_call::ClientCall;
use crate::refusal::OAuthReply;
use usher_domain::oauth::attempt::AttemptKind;
use usher_flows::PushedResponse;
use usher_http_server::state::App;
use usher_protocol::endpoints;

/// POST. 201 with the `request_uri` (RFC 9126 §2.2).
pub async fn post(State(app): State<App>, call: ClientCall) -> Result<(StatusCode, Json<PushedResponse>), OAuthReply> {
    call.recorded(AttemptKind::PushedRequest, async {
        let proof = call.proof(endpoints::PAR);
        let pushed =
            app.usher.pushed_requests.push(&call.credentials, &call.source, &call.form, proof.as_ref()).await?;
        Ok((StatusCode::CREATED, Json(pushed)))
    })
    .await
}
