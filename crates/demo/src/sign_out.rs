//! Signing out: locally, then at the provider (OpenID Connect RP-Initiated Logout 1.0).

use std::sync::Arc;

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use openidconnect::{CsrfToken, LogoutRequest};
use serde::Deserialize;

use super::{Shop, cookies, error::DemoError};

/// The "Sign out" button: ends the local session and redirects to the provider to end that one too.
///
/// No silent attempt follows until the provider has confirmed: a user who cancels there and comes back must not be
/// signed in here again.
pub async fn post(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let names = shop.cookies();
    let ended = cookies::read(&headers, &names.session()).and_then(|id| shop.sessions.take(&id));
    let state = CsrfToken::new_random();
    let local = AppendHeaders([
        (header::SET_COOKIE, cookies::remove(names.session())),
        (header::SET_COOKIE, cookies::set(names.quiet(), state.secret().clone(), None)),
    ]);
    let Some(session) = ended else { return (local, Redirect::to("/")).into_response() };
    match shop.provider.known().await.map(|known| known.end_session.clone()) {
        Ok(Some(endpoint)) => {
            let to = LogoutRequest::from(endpoint)
                .set_id_token_hint(&session.id_token)
                .set_client_id(shop.provider.client_id.clone())
                .set_post_logout_redirect_uri(shop.provider.after_sign_out.clone())
                .set_state(state)
                .http_get_url();
            (StatusCode::SEE_OTHER, local, [(header::LOCATION, to.to_string())]).into_response()
        }
        Ok(None) => (local, Redirect::to("/")).into_response(),
        Err(trouble) => (local, trouble.page(&shop)).into_response(),
    }
}

/// The parameters of the redirect from the provider.
#[derive(Deserialize)]
pub struct SignOutCallback {
    state: Option<String>,
}

/// The target of the provider's redirect after sign-out: with the right `state` the provider's session has ended too.
pub async fn landing(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    back: Result<Query<SignOutCallback>, QueryRejection>,
) -> Response {
    let quiet = shop.cookies().quiet();
    let expected = cookies::read(&headers, &quiet);
    match back {
        Ok(Query(SignOutCallback { state: Some(state) })) if Some(&state) == expected.as_ref() => {
            let pause = cookies::set(quiet, "1".to_owned(), Some(cookies::PAUSE));
            (AppendHeaders([(header::SET_COOKIE, pause)]), Redirect::to("/")).into_response()
        }
        _ => DemoError::untrue("This answer belongs to no sign-out that began in this browser.").page(&shop),
    }
}
