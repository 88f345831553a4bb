//! The introspection endpoint (RFC 7662).

use axum::Json;
use axum::extract::State;

use super::client_call::ClientCall;
use crate::refusal::OAuthReply;
use usher_flows::{FlowError, Introspection};
use usher_http_server::state::App;
use usher_protocol::cause::RejectionCause;

/// POST. Only confidential clients may call it: anybody can claim to be a public client.
pub async fn post(State(app): State<App>, call: ClientCall) -> Result<Json<Introspection>, OAuthReply> {
    call.answer(async {
        let client = app.usher.client_authentication.authenticate_client(&call.credentials, &call.source).await?;
        if client.metadata.is_public() {
            return Err(FlowError::from(RejectionCause::PublicClient));
        }
        app.usher.issued_tokens.introspect(&client, call.token()?).await.map(Json)
    })
    .await
}
