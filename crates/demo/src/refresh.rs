//! Refreshing tokens, on request of the user or because they have expired.

use std::sync::Arc;

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};

use super::{
    Shop, cookies,
    error::DemoError,
    session::{DemoSession, fingerprint},
    sign_in,
};

/// The "Refresh" button.
pub async fn post(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let id = cookies::read(&headers, &shop.cookies().session()).unwrap_or_default();
    let Some(session) = shop.sessions.find(&id) else { return Redirect::to("/").into_response() };
    match refresh(&shop, &id, &session).await {
        Ok(after) => {
            let notice = outcome(&session, &after);
            shop.sessions.update(&id, |session| session.notice = Some(notice));
            Redirect::to("/").into_response()
        }
        // The grant has ended: the home page detects that and shows it.
        Err(DemoError::Refused { code, .. }) if code == "invalid_grant" => Redirect::to("/").into_response(),
        Err(trouble) => trouble.page(&shop),
    }
}

fn outcome(before: &DemoSession, after: &DemoSession) -> String {
    let print = |session: &DemoSession| session.tokens.refresh.as_ref().map(|token| fingerprint(token.secret()));
    let change = match (print(before), print(after)) {
        (Some(old), Some(new)) if old != new => format!("the refresh token changed from {old} to {new}"),
        (Some(same), _) => format!("the refresh token stayed {same}"),
        (None, _) => "there is no refresh token".to_owned(),
    };
    match after.tokens.lifetime {
        Some(life) => format!("Refreshed: the new access token lives {} seconds, and {change}.", life.as_secs()),
        None => format!("Refreshed: {change}."),
    }
}

/// Exchanges the refresh token for new tokens and stores them.
///
/// # Errors
/// `Refused` with the provider's code: `invalid_grant` if the grant has ended.
pub async fn refresh(shop: &Shop, id: &str, session: &DemoSession) -> Result<DemoSession, DemoError> {
    let token =
        session.tokens.refresh.as_ref().ok_or_else(|| DemoError::untrue("The provider gave no refresh token."))?;
    let known = shop.provider.known().await?;
    let answer = known
        .client
        .exchange_refresh_token(token)
        .map_err(|_| DemoError::untrue("The provider names no token endpoint."))?
        .request_async(&shop.provider.wire)
        .await
        .map_err(|cause| DemoError::from_token_endpoint(&cause, shop.provider.issuer.as_str()))?;
    let tokens = sign_in::tokens(&answer, Some(&session.tokens));
    shop.sessions.update(id, |session| session.tokens = tokens.clone());
    Ok(DemoSession { tokens, ..session.clone() })
}
