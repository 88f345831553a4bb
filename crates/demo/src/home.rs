//! The home page: the signed-in user, read from the provider each time.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use openidconnect::{
    AdditionalClaims, UserInfoClaims, UserInfoError,
    core::{CoreAuthPrompt, CoreGenderClaim},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Shop, cookies,
    error::DemoError,
    pages::{self, ClaimItem},
    refresh,
    session::{DemoSession, fingerprint},
    sign_in,
};

/// Claims that the client library does not define.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct FurtherClaims(Map<String, Value>);
impl AdditionalClaims for FurtherClaims {}

/// The state of a local session at the provider.
enum ProviderSessionState {
    /// It is valid, with these userinfo claims.
    Holds(Box<DemoSession>, Map<String, Value>),
    /// The provider has ended it.
    Ended,
}

/// Shows the signed-in user; otherwise makes one silent attempt, and then offers to sign in.
pub async fn get(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let names = shop.cookies();
    let Some(id) = cookies::read(&headers, &names.session()).filter(|id| !id.is_empty()) else {
        return signed_out(&shop, &headers).await;
    };
    let Some(session) = shop.sessions.find(&id) else { return signed_out(&shop, &headers).await };
    match standing(&shop, &id, session).await {
        Ok(ProviderSessionState::Holds(session, userinfo)) => signed_in(&shop, &id, &session, &userinfo),
        Ok(ProviderSessionState::Ended) => {
            shop.sessions.take(&id);
            let cookies = AppendHeaders([
                (header::SET_COOKIE, cookies::remove(names.session())),
                (header::SET_COOKIE, cookies::set(names.quiet(), "1".to_owned(), Some(cookies::PAUSE))),
            ]);
            (cookies, pages::render(&pages::DemoSignedOut { shop: &shop, ended: true })).into_response()
        }
        Err(trouble) => trouble.page(&shop),
    }
}

/// One silent attempt, then the sign-in button. The quiet cookie delays further attempts, so that no loop can form.
async fn signed_out(shop: &Shop, headers: &HeaderMap) -> Response {
    let quiet = cookies::read(headers, &shop.cookies().quiet()).is_some_and(|value| !value.is_empty());
    if !quiet && let Ok(away) = sign_in::start(shop, headers, Some(CoreAuthPrompt::None), true).await {
        return away;
    }
    pages::render(&pages::DemoSignedOut { shop, ended: false }).into_response()
}

/// An expired access token is refreshed first; if the provider rejects a valid one, the session has ended.
async fn standing(shop: &Shop, id: &str, session: DemoSession) -> Result<ProviderSessionState, DemoError> {
    let session = if session.tokens.expired() && session.tokens.refresh.is_some() {
        match refresh::refresh(shop, id, &session).await {
            Ok(session) => session,
            Err(DemoError::Refused { code, .. }) if code == "invalid_grant" => return Ok(ProviderSessionState::Ended),
            Err(trouble) => return Err(trouble),
        }
    } else {
        session
    };
    let known = shop.provider.known().await?;
    let request = known
        .client
        .user_info(session.tokens.access.clone(), Some(session.subject.clone()))
        .map_err(|_| DemoError::untrue("The provider names no userinfo endpoint."))?;
    let answer: Result<UserInfoClaims<FurtherClaims, CoreGenderClaim>, _> =
        request.request_async(&shop.provider.wire).await;
    match answer {
        Ok(claims) => {
            let claims = serde_json::to_value(&claims).ok().and_then(|value| value.as_object().cloned());
            Ok(ProviderSessionState::Holds(Box::new(session), claims.unwrap_or_default()))
        }
        Err(UserInfoError::Response(StatusCode::UNAUTHORIZED, _, _)) => Ok(ProviderSessionState::Ended),
        Err(UserInfoError::Request(_)) => Err(DemoError::Unreachable { issuer: shop.provider.issuer.to_string() }),
        Err(cause) => Err(DemoError::untrue(format!("The userinfo answer cannot be used: {cause}."))),
    }
}

fn signed_in(shop: &Shop, id: &str, session: &DemoSession, userinfo: &Map<String, Value>) -> Response {
    let mut notice = None;
    shop.sessions.update(id, |session| notice = session.notice.take());
    let word = |name: &str| userinfo.get(name).and_then(Value::as_str).filter(|word| !word.trim().is_empty());
    let who = word("name").or(word("email")).unwrap_or(session.subject.as_str());
    let page = pages::DemoSignedIn {
        shop,
        who,
        email: word("email").filter(|email| *email != who),
        initial: who.chars().next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default(),
        notice,
        algorithm: &session.algorithm,
        id_token: ClaimItem::all(&session.claims),
        id_token_json: pages::pretty(&session.claims),
        userinfo: ClaimItem::all(userinfo),
        userinfo_json: pages::pretty(userinfo),
        scope: &session.tokens.scope,
        lifetime: session.tokens.lifetime.map(|life| life.as_secs()),
        remaining: session.tokens.remaining().map(|left| left.as_secs()),
        access: fingerprint(session.tokens.access.secret()),
        refresh: session.tokens.refresh.as_ref().map(|token| fingerprint(token.secret())),
    };
    pages::render(&page).into_response()
}
