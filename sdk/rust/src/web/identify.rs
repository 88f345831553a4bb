//! The caller of a request with a session cookie.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::header::USER_AGENT;
use http::request::Parts;

use super::mode::WebMode;
use super::origin::{may_use_session, text};
use super::provider::Refreshed;
use super::sessions::{Found, Tokens, WebSession};
use super::{cookies, issuer_unavailable, store_unavailable};
use crate::auth::Auth;
use crate::layer::address;
use crate::policy::Attributes;
use crate::refusal::Reason;
use crate::sessions::Origin;
use crate::state::State;

/// Seconds before its end at which an access token is replaced.
const EARLY: i64 = 30;
/// Seconds for which Usher is not asked again after it did not answer.
const PAUSE: i64 = 2;
/// Claims of the ID token that say nothing about the person.
const PROTOCOL: [&str; 13] =
    ["iss", "aud", "exp", "iat", "nonce", "at_hash", "azp", "sub", "sid", "roles", "acr", "amr", "auth_time"];

impl State {
    /// The caller of a request, by the session cookie. A request that changes something has to come from a page of the
    /// application.
    pub(crate) async fn session_auth(self: &Arc<Self>, web: &WebMode, parts: &Parts, now: i64) -> Result<Auth, Reason> {
        let cookie = cookies::read(&parts.headers, &web.cookie);
        let found = web.sessions.find(cookie, now).await.map_err(store_unavailable)?.ok_or(Reason::TokenMissing)?;
        if !may_use_session(parts, &web.origin) {
            return Err(Reason::RequestForged);
        }
        let is_over = now >= found.session.tokens.expires_at - EARLY;
        let session = if is_over { self.renewed_if_possible(web, &found).await? } else { Arc::clone(&found.session) };
        match self.auth_of(&session, parts, now).await {
            // A change of roles revokes the token and not the session: the next token has the new roles.
            Err(Reason::TokenRevoked | Reason::TokenExpired | Reason::KeyUnknown) if !is_over => {
                let session = self.renewed(web, &found).await?;
                self.auth_of(&session, parts, now).await
            }
            auth => auth,
        }
    }

    async fn auth_of(self: &Arc<Self>, session: &WebSession, parts: &Parts, now: i64) -> Result<Auth, Reason> {
        let token = &session.tokens.access_token;
        let verified = self.verify(token, now).await?;
        if verified.jkt().is_some() {
            return Err(Reason::SenderConstrained);
        }
        let user_agent = text(&parts.headers, USER_AGENT.as_str());
        self.sessions.note(&verified.identity, Origin { address: address(parts), user_agent }, now);
        let profile = profile_of(session);
        Ok(Auth::of(Arc::clone(self), verified, token, Some(parts), profile).await)
    }

    /// The session with new tokens. While Usher does not answer, the old ones are used until they end.
    async fn renewed_if_possible(&self, web: &WebMode, found: &Found) -> Result<Arc<WebSession>, Reason> {
        match self.renewed(web, found).await {
            Err(Reason::IntrospectionFailed) if self.now() < found.session.tokens.expires_at => {
                Ok(Arc::clone(&found.session))
            }
            renewed => renewed,
        }
    }

    /// The session with new tokens. One request at a time gets them, and the others use them.
    async fn renewed(&self, web: &WebMode, found: &Found) -> Result<Arc<WebSession>, Reason> {
        let turn = web.turns.get_with(found.key.clone(), Arc::default);
        let _turn = turn.lock().await;
        // Another process may get them at the same moment: then the old refresh token has ended, and its tokens are stored.
        let mut last = Arc::clone(&found.session);
        for _ in 0..2 {
            let stored = web.sessions.load(&found.key).await.map_err(store_unavailable)?.ok_or(Reason::TokenMissing)?;
            let is_new = stored.tokens.access_token != last.tokens.access_token;
            if is_new && self.now() < stored.tokens.expires_at - EARLY {
                return Ok(stored);
            }
            if let Some(tokens) = self.refreshed(web, &stored).await? {
                return self.keep(web, &found.key, &stored, tokens).await;
            }
            last = stored;
        }
        web.sessions.end(&found.key, &last.sid).await.map_err(store_unavailable)?;
        Err(Reason::TokenMissing)
    }

    /// New tokens; `None` if the grant has ended.
    async fn refreshed(&self, web: &WebMode, session: &WebSession) -> Result<Option<Tokens>, Reason> {
        let Some(token) = &session.tokens.refresh_token else { return Ok(None) };
        if self.now() < web.paused_until.load(Ordering::Relaxed) {
            return Err(Reason::IntrospectionFailed);
        }
        match web.provider.refresh(token, self.now()).await {
            Ok(Refreshed::Tokens(tokens)) => Ok(Some(tokens)),
            Ok(Refreshed::Over) => Ok(None),
            // Nobody is signed out for that: it is the application that gets no tokens.
            Ok(Refreshed::ClientRefused) => {
                tracing::error!("usher: Usher refuses the client of this application");
                Err(Reason::TokenRevoked)
            }
            Err(error) => {
                web.paused_until.store(self.now() + PAUSE, Ordering::Relaxed);
                Err(issuer_unavailable(error))
            }
        }
    }

    async fn keep(
        &self,
        web: &WebMode,
        key: &str,
        stored: &WebSession,
        tokens: Tokens,
    ) -> Result<Arc<WebSession>, Reason> {
        let old = stored.tokens.clone();
        let is_same_person =
            |claims: &Attributes| old.claims.as_ref().is_none_or(|old| old.get("sub") == claims.get("sub"));
        // An ID token about somebody else says nothing about this session (OpenID Connect Core §12.2).
        if !tokens.claims.as_ref().is_none_or(is_same_person) {
            return Err(Reason::IntrospectionFailed);
        }
        let tokens = Tokens {
            refresh_token: tokens.refresh_token.or(old.refresh_token),
            id_token: tokens.id_token.or(old.id_token),
            claims: tokens.claims.or(old.claims),
            ..tokens
        };
        let next = WebSession { sid: stored.sid.clone(), created_at: stored.created_at, tokens };
        web.sessions.update(key, next).await.map_err(store_unavailable)?.ok_or(Reason::TokenMissing)
    }
}

/// What the ID token says about the person.
fn profile_of(session: &WebSession) -> Attributes {
    let claims = session.tokens.claims.iter().flatten();
    claims
        .filter(|(name, _)| !PROTOCOL.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
