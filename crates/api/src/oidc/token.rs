//! The token endpoint (RFC 6749 §3.2).

use axum::Json;
use axum::extract::State;

use super::client_call::ClientCall;
use crate::refusal::OAuthReply;
use usher_domain::oauth::attempt::AttemptKind;
use usher_http_server::state::App;
use usher_protocol::endpoints;
use usher_protocol::token::{TokenForm, TokenResponse};

/// POST
pub async fn post(State(app): State<App>, call: ClientCall) -> Result<Json<TokenResponse>, OAuthReply> {
    call.recorded(AttemptKind::Token, async {
        let proof = call.proof(endpoints::TOKEN);
        let form = TokenForm(&call.form);
        app.usher.token_endpoint.token(&call.credentials, &call.source, form, proof.as_ref()).await.map(Json)
    })
    .await
}
