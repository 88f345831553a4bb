//! The userinfo endpoint (OpenID Connect Core §5.3): GET, POST with the header, POST with the body (RFC 6750 §2).

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::authorization;
use crate::flows::FlowError;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::ows;
use crate::web::error::OAuthReply;
use crate::web::extract::params::FormParams;
use crate::web::problem::HttpProblem;
use crate::web::state::App;

/// GET
pub async fn get(State(app): State<App>, headers: HeaderMap) -> Response {
    answer(&app, bearer(&headers).and_then(|token| token.ok_or_else(no_token))).await
}

/// POST
pub async fn post(State(app): State<App>, headers: HeaderMap, form: Result<FormParams, HttpProblem>) -> Response {
    let in_header = match bearer(&headers) {
        Ok(token) => token,
        Err(refused) => return challenge(refused.as_ref()),
    };
    // A POST with the header alone needs no body, and so no content type.
    let in_body = match form {
        Ok(FormParams(form)) => match form.get("access_token") {
            Ok(token) => token.map(str::to_owned),
            Err(_) => return challenge(Some(&OAuthError::repeated("access_token"))),
        },
        Err(_) if in_header.is_some() && !headers.contains_key(CONTENT_TYPE) => None,
        Err(problem) => return OAuthReply::from(problem).into_response(),
    };
    let token = match (in_header, in_body) {
        (Some(_), Some(_)) => Err(Some(OAuthError::invalid_request("send the access token once, not twice"))),
        (Some(token), None) | (None, Some(token)) => Ok(token),
        (None, None) => Err(no_token()),
    };
    answer(&app, token).await
}

/// No token at all is told with a bare challenge (RFC 6750 §3.1).
const fn no_token() -> Option<OAuthError> {
    None
}

/// The bearer token of the header, if there is a header.
fn bearer(headers: &HeaderMap) -> Result<Option<String>, Option<OAuthError>> {
    let Some(text) = authorization(headers).map_err(Some)? else { return Ok(None) };
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !ows::trim(token).is_empty() => {
            Ok(Some(ows::trim(token).to_owned()))
        }
        _ => Err(None),
    }
}

async fn answer(app: &App, token: Result<String, Option<OAuthError>>) -> Response {
    let token = match token {
        Ok(token) => token,
        Err(refused) => return challenge(refused.as_ref()),
    };
    match app.usher.userinfo(&token).await {
        Ok(claims) => Json(claims).into_response(),
        Err(FlowError::OAuth(error)) => challenge(Some(&error)),
        Err(other) => OAuthReply::of_client_endpoint(other).into_response(),
    }
}

/// RFC 6750 §3: the challenge, with the error if there is one.
fn challenge(refused: Option<&OAuthError>) -> Response {
    let Some(error) = refused else {
        return (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"usher\""))])
            .into_response();
    };
    let status = match error.code {
        ErrorCode::InvalidToken => StatusCode::UNAUTHORIZED,
        ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
        ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    };
    let (code, description) = (error.code.as_str(), &error.description);
    let header = format!("Bearer realm=\"usher\", error=\"{code}\", error_description=\"{description}\"");
    let mut response = (status, Json(json!({ "error": code, "error_description": description }))).into_response();
    if let Ok(header) = HeaderValue::from_str(&header) {
        response.headers_mut().insert(WWW_AUTHENTICATE, header);
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
