//! The revocation endpoint (RFC 7009).

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::client_call::ClientCall;
use crate::refusal::OAuthReply;
use usher_http_server::state::App;

/// POST. 200 whether or not there was anything to revoke (RFC 7009 §2.2), with a body that JSON clients can read.
pub async fn post(State(app): State<App>, call: ClientCall) -> Result<Json<Value>, OAuthReply> {
    call.answer(async {
        let client = app.usher.client_authentication.authenticate_client(&call.credentials, &call.source).await?;
        app.usher.issued_tokens.revoke_token(&client, call.token()?).await?;
        Ok(Json(json!({})))
    })
    .await
}
