use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::header::{AUTHORIZATION, USER_AGENT};
use http::request::Parts;

use crate::auth::Auth;
use crate::policy::Attributes;
use crate::refusal::{Reason, Refusal};
use crate::sessions::Origin;
use crate::state::State;
use crate::token::Credentials;

/// What is known of the caller of a request; in its extensions.
#[derive(Clone)]
pub(crate) struct Attached {
    pub(crate) state: Arc<State>,
    pub(crate) auth: Result<Auth, Reason>,
}

impl Attached {
    /// Verifies the token of a request, once.
    pub(crate) async fn of(state: &Arc<State>, parts: &mut Parts, now: i64) -> Self {
        if let Some(attached) = parts.extensions.get::<Self>()
            && Arc::ptr_eq(&attached.state, state)
        {
            return attached.clone();
        }
        let attached = Self { state: Arc::clone(state), auth: identify(state, parts, now).await };
        if let Ok(auth) = &attached.auth {
            parts.extensions.insert(auth.clone());
        }
        parts.extensions.insert(attached.clone());
        attached
    }
}

async fn identify(state: &Arc<State>, parts: &Parts, now: i64) -> Result<Auth, Reason> {
    let credentials = match credentials_of(parts) {
        #[cfg(feature = "web")]
        Err(Reason::TokenMissing) if let Some(web) = &state.web => return state.session_auth(web, parts, now).await,
        credentials => credentials?,
    };
    let verified = state.verify(credentials.token, now).await?;
    state.check_binding(parts, &credentials, &verified, now).await?;
    let user_agent = parts.headers.get(USER_AGENT).and_then(|text| text.to_str().ok());
    state.sessions.note(&verified.identity, Origin { address: address(parts), user_agent }, now);
    Ok(Auth::of(Arc::clone(state), verified, credentials.token, Some(parts), Attributes::new()).await)
}

/// The token of a request (RFC 6750 §2.1, RFC 9449 §7.1).
fn credentials_of(parts: &Parts) -> Result<Credentials<'_>, Reason> {
    let mut lines = parts.headers.get_all(AUTHORIZATION).iter();
    let line = lines.next().ok_or(Reason::TokenMissing)?;
    if lines.next().is_some() {
        return Err(Reason::CredentialsAmbiguous);
    }
    let line = line.to_str().map_err(|_| Reason::TokenMalformed)?;
    let (scheme, token) = line.split_once(' ').unwrap_or((line, ""));
    let is_dpop = scheme.eq_ignore_ascii_case("dpop");
    if !is_dpop && !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Reason::TokenMissing);
    }
    let proofs = parts.headers.get_all("dpop").iter().map(|proof| proof.to_str().unwrap_or_default()).collect();
    Ok(Credentials { token: token.trim_matches(' '), is_dpop, proofs })
}

/// The network address, where the server tells it.
pub(crate) fn address(parts: &Parts) -> Option<IpAddr> {
    #[cfg(feature = "axum")]
    if let Some(axum::extract::ConnectInfo(address)) = parts.extensions.get::<axum::extract::ConnectInfo<SocketAddr>>()
    {
        return Some(address.ip());
    }
    parts.extensions.get::<SocketAddr>().map(SocketAddr::ip)
}

/// The path of a request as it was sent.
pub(crate) fn original_path(parts: &Parts) -> &str {
    #[cfg(feature = "axum")]
    if let Some(axum::extract::OriginalUri(uri)) = parts.extensions.get::<axum::extract::OriginalUri>() {
        return uri.path();
    }
    parts.uri.path()
}

/// Path and query of a request as they were sent.
#[cfg(feature = "web")]
pub(crate) fn original_target(parts: &Parts) -> &str {
    #[cfg(feature = "axum")]
    if let Some(axum::extract::OriginalUri(uri)) = parts.extensions.get::<axum::extract::OriginalUri>() {
        return uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    }
    parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str)
}

/// Every refusal is logged with its reason.
pub(crate) fn log_refusal(refusal: &Refusal, method: &http::Method) {
    let (reason, status) = (refusal.reason.as_str(), refusal.status().as_u16());
    let (permission, scope) = (refusal.permission.as_deref(), refusal.scope.as_deref());
    match status {
        503 => tracing::warn!(reason, status, %method, permission, scope, "usher: refused"),
        500.. => tracing::error!(reason, status, %method, permission, scope, "usher: refused"),
        _ => tracing::info!(reason, status, %method, permission, scope, "usher: refused"),
    }
}
