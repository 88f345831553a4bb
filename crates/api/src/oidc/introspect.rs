//! The introspection endpoint (RFC 7662, RFC 9701).

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};

use super::client_call::ClientCall;
use crate::refusal::OAuthReply;
use usher_accounts::FlowError;
use usher_http_server::state::App;
use usher_protocol::cause::RejectionCause;
use usher_protocol::signed_introspection::{MEDIA_TYPE, is_accepted};

/// POST. Only confidential clients may call it: anybody can claim to be a public client.
pub async fn post(State(app): State<App>, call: ClientCall) -> Result<Response, OAuthReply> {
    call.answer(async {
        let client = app.usher.client_authentication.authenticate_client(&call.credentials, &call.source).await?;
        if client.metadata.is_public() {
            return Err(FlowError::from(RejectionCause::PublicClient));
        }
        let response = app.usher.issued_tokens.introspect(&client, call.token()?).await?;
        if !call.accepts(is_accepted) {
            return Ok(Json(response).into_response());
        }
        let jwt = app.usher.issued_tokens.sign_introspection(&client, &response)?;
        Ok(([(CONTENT_TYPE, MEDIA_TYPE)], jwt).into_response())
    })
    .await
}
