//! The test issuers of check-ups. They read no cookie, hold nobody's data and know no key of Usher's.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use usher_http_server::extract::params::FormParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// The answer, or 404 for a check-up that does not exist any more.
type FromIssuer = Result<Response, HttpProblem>;

/// GET …/.well-known/openid-configuration
pub async fn metadata(State(app): State<App>, Path(run): Path<String>) -> Result<Json<Value>, HttpProblem> {
    Ok(Json(app.usher.check_ups.open_check_up(&run)?.issuer.metadata()))
}

/// GET …/jwks. Not cached, so that the next key is seen at once.
pub async fn jwks(State(app): State<App>, Path(run): Path<String>) -> FromIssuer {
    let keys = app.usher.check_ups.open_check_up(&run)?.issuer.jwks();
    Ok(([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], keys).into_response())
}

/// GET …/authorize. The check-up signs in by itself: nobody gets a code here.
pub async fn authorize(State(app): State<App>, Path(run): Path<String>) -> HttpProblem {
    match app.usher.check_ups.open_check_up(&run) {
        Ok(_) => HttpProblem::new(
            StatusCode::FORBIDDEN,
            "NOT_ALLOWED",
            "This is the test provider of a check-up, and nobody signs in here. When the check-up is over, give the \
             application its real issuer again.",
        ),
        Err(gone) => gone.into(),
    }
}

/// POST …/token
pub async fn token(
    State(app): State<App>,
    Path(run): Path<String>,
    headers: HeaderMap,
    FormParams(form): FormParams,
) -> FromIssuer {
    let check_up = app.usher.check_ups.open_check_up(&run)?;
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let answer = check_up.issuer.token(authorization, &form);
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [(CACHE_CONTROL, "no-store")], Json(answer.body)).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, axum::http::HeaderValue::from_static("Basic"));
    }
    Ok(response)
}

/// GET or POST …/userinfo
pub async fn userinfo(State(app): State<App>, Path(run): Path<String>, headers: HeaderMap) -> FromIssuer {
    let check_up = app.usher.check_ups.open_check_up(&run)?;
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = sent.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"));
    match token.and_then(|(_, token)| check_up.issuer.userinfo(token)) {
        Some(claims) => Ok(Json(claims).into_response()),
        None => Ok((StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")]).into_response()),
    }
}
