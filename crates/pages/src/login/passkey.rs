//! Signing in by a passkey, from the form next to the password form.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};

use super::sign_in::{refused, text};
use crate::show;
use crate::visitor_pages::VisitorPages as _;
use usher_domain::urls;
use usher_flows::PasskeyAnswer;
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// POST
pub async fn post(
    State(app): State<App>,
    mut visitor: Visitor,
    QueryParams(query): QueryParams,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let sealed = form.get("interaction").ok().flatten();
    if let Some(again) = show::begun_anew(&app, &visitor, sealed, urls::LOGIN, None)? {
        return Ok(visitor.redirect(&again));
    }
    let interaction = show::interaction(&app, sealed, &visitor)?;
    let answer = PasskeyAnswer { state: &text(&form, "state"), credential: &text(&form, "credential") };
    match app.usher.passkeys.sign_in_by_passkey(answer, &mut visitor.browser, &visitor.device).await {
        Ok(signed_in) => {
            let next = urls::after_login(query.get("next").ok().flatten());
            show::arrived(&app, visitor, signed_in, interaction, &next).await
        }
        Err(error) => refused(&app, visitor, interaction, &query, &form, error).await,
    }
}

/// The well-known URL for creating and managing passkeys, used by password managers (W3C).
pub async fn endpoints(State(app): State<App>) -> Response {
    Json(app.usher.passkeys.passkey_endpoints(urls::NEW_PASSKEY, urls::SECURITY)).into_response()
}
