//! Signing in with code, PKCE, state and nonce, and the callback.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClaimsVerificationError, CsrfToken, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, Scope, SignatureVerificationError, TokenResponse,
    core::{CoreAuthPrompt, CoreAuthenticationFlow, CoreIdToken, CoreTokenResponse},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    Shop, cookies,
    error::DemoError,
    provider::DiscoveredProvider,
    session::{DemoSession, DemoTokens, PendingDemoSignIn},
};

/// The parameters of `/login`.
#[derive(Deserialize)]
pub struct SignInParams {
    prompt: Option<String>,
}

/// Redirects to the provider, on request of the user.
pub async fn get(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    wish: Result<Query<SignInParams>, QueryRejection>,
) -> Response {
    let prompt = match wish.map(|Query(wish)| wish.prompt) {
        Ok(None) => None,
        Ok(Some(word)) => match prompt(&word) {
            Some(prompt) => Some(prompt),
            None => return DemoError::untrue("There is no such prompt.").page(&shop),
        },
        Err(_) => return DemoError::untrue("The query cannot be read.").page(&shop),
    };
    start(&shop, &headers, prompt, false).await.unwrap_or_else(|trouble| trouble.page(&shop))
}

fn prompt(word: &str) -> Option<CoreAuthPrompt> {
    Some(match word {
        "none" => CoreAuthPrompt::None,
        "login" => CoreAuthPrompt::Login,
        "consent" => CoreAuthPrompt::Consent,
        "select_account" => CoreAuthPrompt::SelectAccount,
        _ => return None,
    })
}

/// Redirects to the provider; `silent` if the demo itself checks whether a user is signed in there.
pub async fn start(
    shop: &Shop,
    headers: &HeaderMap,
    prompt: Option<CoreAuthPrompt>,
    silent: bool,
) -> Result<Response, DemoError> {
    let known = shop.provider.known().await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let mut request = known
        .client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["profile", "email", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge);
    if let Some(prompt) = prompt {
        request = request.add_prompt(prompt);
    }
    let (to, state, nonce) = request.url();

    let names = shop.cookies();
    let browser = cookies::read(headers, &names.browser())
        .filter(|value| value.len() == 43)
        .unwrap_or_else(|| CsrfToken::new_random_len(32).into_secret());
    let flow = PendingDemoSignIn { browser: browser.clone(), nonce, verifier, silent, since: Instant::now() };
    shop.flows.put(state.into_secret(), flow);
    let quiet = if silent {
        cookies::set(names.quiet(), "1".to_owned(), Some(cookies::PAUSE))
    } else {
        cookies::remove(names.quiet())
    };
    let cookies = AppendHeaders([
        (header::SET_COOKIE, cookies::set(names.browser(), browser, Some(cookies::SIGN_IN))),
        (header::SET_COOKIE, quiet),
    ]);
    Ok((StatusCode::SEE_OTHER, cookies, [(header::LOCATION, to.to_string())]).into_response())
}

/// An authorization response (RFC 6749 §4.1.2, RFC 9207).
#[derive(Deserialize)]
pub struct AuthorizationCallback {
    state: Option<String>,
    iss: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Handles the authorization response.
pub async fn callback(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    answer: Result<Query<AuthorizationCallback>, QueryRejection>,
) -> Response {
    let Ok(Query(answer)) = answer else {
        return DemoError::untrue("The authorization response cannot be read.").page(&shop);
    };
    arrive(&shop, &headers, answer).await.unwrap_or_else(|trouble| trouble.page(&shop))
}

async fn arrive(shop: &Shop, headers: &HeaderMap, answer: AuthorizationCallback) -> Result<Response, DemoError> {
    let browser = cookies::read(headers, &shop.cookies().browser()).unwrap_or_default();
    let Some(flow) = answer.state.as_deref().and_then(|state| shop.flows.take(state, &browser)) else {
        // The user went back or opened a second tab, and the response was used before: a signed-in user continues to
        // the shop.
        let session = cookies::read(headers, &shop.cookies().session());
        if session.and_then(|id| shop.sessions.find(&id)).is_some() {
            return Ok(homewards(AppendHeaders(vec![])));
        }
        let why = "This answer belongs to no sign-in that began in this browser, or the sign-in took too long.";
        return Err(DemoError::untrue(why));
    };
    let known = shop.provider.known().await?;
    check_issuer(shop, &known, answer.iss.as_deref())?;
    match (answer.code, answer.error) {
        (Some(code), None) => enter(shop, headers, &known, code, flow).await,
        (None, Some(_)) if flow.silent => Ok(homewards(AppendHeaders(vec![]))),
        (None, Some(code)) => Err(DemoError::Refused { code, description: answer.error_description }),
        _ => Err(DemoError::untrue("The authorization response holds neither a code nor an error.")),
    }
}

/// RFC 9207 §2.4: the response must come from the provider that was asked.
fn check_issuer(shop: &Shop, known: &DiscoveredProvider, named: Option<&str>) -> Result<(), DemoError> {
    match named {
        Some(iss) if iss == shop.provider.issuer.as_str() => Ok(()),
        None if !known.names_itself => Ok(()),
        Some(_) => Err(DemoError::untrue("The authorization response names another issuer.")),
        None => Err(DemoError::untrue("The authorization response does not name its issuer.")),
    }
}

async fn enter(
    shop: &Shop,
    headers: &HeaderMap,
    known: &DiscoveredProvider,
    code: String,
    flow: PendingDemoSignIn,
) -> Result<Response, DemoError> {
    let answer = known
        .client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|_| DemoError::untrue("The provider names no token endpoint."))?
        .set_pkce_verifier(flow.verifier)
        .request_async(&shop.provider.wire)
        .await
        .map_err(|cause| DemoError::from_token_endpoint(&cause, shop.provider.issuer.as_str()))?;
    let session = verified(shop, known, answer, &flow.nonce).await?;

    let names = shop.cookies();
    if let Some(old) = cookies::read(headers, &names.session()) {
        shop.sessions.take(&old);
    }
    let id = CsrfToken::new_random_len(32).into_secret();
    shop.sessions.put(id.clone(), session);
    Ok(homewards(AppendHeaders(vec![
        (header::SET_COOKIE, cookies::set(names.session(), id, None)),
        (header::SET_COOKIE, cookies::remove(names.quiet())),
    ])))
}

fn homewards(cookies: AppendHeaders<Vec<(header::HeaderName, axum::http::HeaderValue)>>) -> Response {
    (StatusCode::SEE_OTHER, cookies, [(header::LOCATION, "/")]).into_response()
}

/// OpenID Connect Core §3.1.3.7, by the client library; for an unknown key the JWK set is fetched again once.
async fn verified(
    shop: &Shop,
    known: &DiscoveredProvider,
    answer: CoreTokenResponse,
    nonce: &Nonce,
) -> Result<DemoSession, DemoError> {
    let id_token = answer.id_token().cloned().ok_or_else(|| DemoError::untrue("The provider sent no ID token."))?;
    let subject = match check(known, &id_token, &answer, nonce) {
        Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
            check(&*shop.provider.known_anew().await?, &id_token, &answer, nonce)
        }
        checked => checked,
    }
    .map_err(|cause| DemoError::untrue(format!("The ID token is not valid: {cause}.")))?;
    let algorithm = id_token.signing_alg().ok().and_then(|alg| serde_json::to_value(alg).ok());
    Ok(DemoSession {
        subject,
        claims: claims(&id_token),
        algorithm: algorithm.and_then(|alg| alg.as_str().map(str::to_owned)).unwrap_or_default(),
        id_token,
        tokens: tokens(&answer, None),
        notice: None,
    })
}

fn check(
    known: &DiscoveredProvider,
    id_token: &CoreIdToken,
    answer: &CoreTokenResponse,
    nonce: &Nonce,
) -> Result<openidconnect::SubjectIdentifier, ClaimsVerificationError> {
    let verifier = known.client.id_token_verifier();
    let claims = id_token.claims(&verifier, nonce)?;
    if let Some(expected) = claims.access_token_hash() {
        let key = id_token.signing_key(&verifier).map_err(ClaimsVerificationError::SignatureVerification)?;
        let alg = id_token.signing_alg().map_err(ClaimsVerificationError::SignatureVerification)?;
        let actual = AccessTokenHash::from_token(answer.access_token(), alg, key)
            .map_err(|cause| ClaimsVerificationError::Other(cause.to_string()))?;
        if actual != *expected {
            return Err(ClaimsVerificationError::Other("at_hash belongs to another access token".to_owned()));
        }
    }
    Ok(claims.subject().clone())
}

/// All claims of the token, whether or not the library defines them. Only for verified tokens.
fn claims(id_token: &CoreIdToken) -> Map<String, Value> {
    let token = id_token.to_string();
    let payload = token.split('.').nth(1).and_then(|part| BASE64_URL_SAFE_NO_PAD.decode(part).ok());
    payload.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
}

/// The tokens of a response; those that a refresh omits stay as they were (RFC 6749 §6).
pub fn tokens(answer: &CoreTokenResponse, before: Option<&DemoTokens>) -> DemoTokens {
    let scope = answer
        .scopes()
        .map(|scopes| scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" "))
        .or_else(|| before.map(|tokens| tokens.scope.clone()))
        .unwrap_or_else(|| "openid profile email offline_access".to_owned());
    DemoTokens {
        access: answer.access_token().clone(),
        refresh: answer.refresh_token().cloned().or_else(|| before.and_then(|tokens| tokens.refresh.clone())),
        scope,
        lifetime: answer.expires_in(),
        since: Instant::now(),
    }
}
