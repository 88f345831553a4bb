//! Dynamic client registration (RFC 7591) and its management (RFC 7592).

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde_json::{Map, Value, json};

use crate::proof::{self, HeaderFault};
use crate::refusal::OAuthReply;
use usher_flows::ClientRegistration;
use usher_http_server::extract::client_ip::ClientIp;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::client::self_registration::shown;
use usher_protocol::endpoints;
use usher_protocol::error::OAuthError;

/// A JSON object, or why it cannot be read.
type Document = Result<JsonBody<Map<String, Value>>, HttpProblem>;
type RegistrationReply = Result<Json<Value>, OAuthReply>;

/// The token of the Authorization header, if there is a header.
pub struct BearerToken(Option<String>);

impl FromRequestParts<App> for BearerToken {
    type Rejection = OAuthReply;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, OAuthReply> {
        let presented = proof::presented(&parts.headers, "POST", endpoints::REGISTRATION);
        presented.map(|token| Self(token.map(|token| token.token.to_owned()))).map_err(|fault| match fault {
            HeaderFault::OtherScheme => OAuthReply::no_token(),
            HeaderFault::Repeated => {
                OAuthReply::of_registration(OAuthError::invalid_request("the Authorization header is repeated").into())
            }
        })
    }
}

impl BearerToken {
    fn needed(self) -> Result<String, OAuthReply> {
        self.0.ok_or_else(OAuthReply::no_token)
    }
}

/// Answers every method where clients do not register themselves: discovery has no `registration_endpoint` either.
pub async fn refuse() -> HttpProblem {
    let words =
        "Clients do not register themselves here: make one in the console, by the API or with `usher client create`.";
    HttpProblem::new(StatusCode::NOT_FOUND, "REGISTRATION_NOT_OFFERED", words)
}

/// POST /oauth2/register
pub async fn register(
    State(app): State<App>,
    source: ClientIp,
    BearerToken(initial): BearerToken,
    document: Document,
) -> Result<(StatusCode, Json<Value>), OAuthReply> {
    let JsonBody(document) = document.map_err(|problem| OAuthReply::of_document(&problem))?;
    let source = source.source().to_string();
    let made = app.usher.client_registrations.register(&document, initial.as_deref(), &source).await;
    Ok((StatusCode::CREATED, told(&app, &made.map_err(OAuthReply::of_registration)?)))
}

/// GET /oauth2/register/{client}
pub async fn read(State(app): State<App>, Path(client): Path<String>, token: BearerToken) -> RegistrationReply {
    let read = app.usher.client_registrations.read(&client, &token.needed()?).await;
    Ok(told(&app, &read.map_err(OAuthReply::of_registration)?))
}

/// PUT /oauth2/register/{client}
pub async fn update(
    State(app): State<App>,
    Path(client): Path<String>,
    token: BearerToken,
    document: Document,
) -> RegistrationReply {
    let token = token.needed()?;
    let JsonBody(document) = document.map_err(|problem| OAuthReply::of_document(&problem))?;
    let changed = app.usher.client_registrations.update(&client, &token, &document).await;
    Ok(told(&app, &changed.map_err(OAuthReply::of_registration)?))
}

/// DELETE /oauth2/register/{client}
pub async fn delete(
    State(app): State<App>,
    Path(client): Path<String>,
    token: BearerToken,
) -> Result<StatusCode, OAuthReply> {
    let deleted = app.usher.client_registrations.delete(&client, &token.needed()?).await;
    deleted.map(|()| StatusCode::NO_CONTENT).map_err(OAuthReply::of_registration)
}

/// The client information response (RFC 7591 §3.2.1, RFC 7592 §3). Secrets are in it once: only their hashes are kept.
fn told(app: &App, registration: &ClientRegistration) -> Json<Value> {
    let client = &registration.client;
    let mut view = shown(&client.metadata);
    view.insert("client_id".to_owned(), json!(client.id));
    view.insert("client_id_issued_at".to_owned(), json!(client.created_at));
    if let Some(secret) = &registration.secret {
        view.insert("client_secret".to_owned(), secret.as_str().into());
    }
    if client.metadata.token_endpoint_auth_method.has_secret() {
        // Zero: it does not expire.
        view.insert("client_secret_expires_at".to_owned(), 0.into());
    }
    let url = app.usher.core.config.server.issuer.at(&endpoints::registered_client(&client.id.0));
    view.insert("registration_client_uri".to_owned(), url.into());
    if let Some(token) = &registration.token {
        view.insert("registration_access_token".to_owned(), token.as_str().into());
    }
    Json(Value::Object(view))
}
