use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Response, StatusCode};

use super::mode::WebMode;
use super::provider::{Begun, Step};
use super::sessions::{Tokens, WebSession};
use super::{cookies, issuer_unavailable, parameter, redirect, store_unavailable};
use crate::policy::Attributes;
use crate::policy::route_check::{SignedIn, check_sign_in};
use crate::refusal::{Reason, Refusal};
use crate::state::State;

/// How long a sign-in may take.
const PATIENCE: Duration = Duration::from_secs(600);
const PATIENCE_SECONDS: u64 = PATIENCE.as_secs();
/// The longest `max_age`, in digits.
const MOST_DIGITS: usize = 7;
/// Parameters that are passed on to Usher as they are (OpenID Connect Core §3.1.2.1).
const PASSED_ON: [&str; 3] = ["prompt", "login_hint", "ui_locales"];

impl State {
    /// Sends somebody to Usher to sign in.
    pub(super) async fn sign_in(&self, web: &WebMode, parts: &Parts) -> Result<Response<Bytes>, Refusal> {
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        let is_number = |text: &String| text.len() <= MOST_DIGITS && text.bytes().all(|digit| digit.is_ascii_digit());
        let max_age = parameter(query, "max_age").filter(is_number).and_then(|text| text.parse().ok());
        let step = Step { acr: parameter(query, "acr_values"), max_age };
        let return_to = super::origin::own_path(parameter(query, "return_to").as_deref(), &web.base);
        let more = PASSED_ON.iter().filter_map(|name| Some((*name, parameter(query, name)?))).collect();
        let (url, begun) = web.provider.begin(return_to, step, more, self.now()).await.map_err(issuer_unavailable)?;
        let sealed = web.begun.seal(&begun).map_err(store_unavailable)?;
        let cookie = web.set_cookie(&web.name_of(&begun.state), &sealed, PATIENCE_SECONDS);
        Ok(redirect(url.as_str(), &[cookie]))
    }

    /// Ends a sign-in.
    pub(super) async fn callback(&self, web: &WebMode, parts: &Parts) -> Result<Response<Bytes>, Refusal> {
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        let state = parameter(query, "state").unwrap_or_default();
        let name = web.name_of(&state);
        let begun: Option<Begun> = cookies::read(&parts.headers, &name).and_then(|sealed| web.begun.open(sealed));
        let in_time = |begun: &Begun| begun.state == state && self.now() - begun.at <= PATIENCE_SECONDS.cast_signed();
        let begun = begun.filter(in_time).ok_or(Reason::SignInFailed)?;
        if !web.sessions.is_first(&begun.state, PATIENCE).await.map_err(store_unavailable)? {
            return Err(Reason::SignInFailed.into());
        }
        let tokens = self.exchange(web, query, &begun).await?;
        let cookie = self.replace_session(web, parts, tokens).await?;
        let absolute = self.options.web.as_ref().map_or(0, |options| options.absolute.as_secs());
        let cookies = [web.set_cookie(&web.cookie, &cookie, absolute), web.set_cookie(&name, "", 0)];
        Ok(redirect(&format!("{}{}", web.origin, begun.return_to), &cookies))
    }

    /// The tokens of a code, if the sign-in is as good as the application asked for.
    async fn exchange(&self, web: &WebMode, query: &[u8], begun: &Begun) -> Result<Tokens, Refusal> {
        let failed = |why: String| {
            tracing::info!(why, "usher: a sign-in failed");
            Refusal::from(Reason::SignInFailed)
        };
        // RFC 9207 §2.4: the answer has to come from the issuer that was asked.
        if parameter(query, "iss").as_deref() != Some(self.options.issuer.as_str()) {
            return Err(failed("the authorization response names another issuer".to_owned()));
        }
        let said = parameter(query, "error").unwrap_or_else(|| "there is no code".to_owned());
        let code = parameter(query, "code").ok_or_else(|| failed(said))?;
        let finished = web.provider.finish(code, begun, self.now()).await;
        let tokens = finished.map_err(|error| failed(error.to_string()))?;
        let claims = tokens.claims.clone().unwrap_or_default();
        self.check_level(&claims, begun.step.acr.as_deref())?;
        if !self.is_recent(&claims, begun.step.max_age) {
            return Err(failed("the sign-in is older than max_age".to_owned()));
        }
        self.check_own_token(&tokens, &claims).await?;
        Ok(tokens)
    }

    /// Refuses a sign-in that reaches none of the levels. Without this, somebody who cannot reach one would be redirected in
    /// a loop.
    fn check_level(&self, claims: &Attributes, levels: Option<&str>) -> Result<(), Refusal> {
        let held = SignedIn { acr: claims.get("acr").and_then(|acr| acr.as_str()), at: None };
        let Some(levels) = levels else { return Ok(()) };
        let reached = |level: &str| check_sign_in(held, Some(level), None, self.now()).is_ok();
        if levels.split(' ').any(reached) { Ok(()) } else { check_sign_in(held, Some(levels), None, self.now()) }
    }

    /// Refuses an access token that this module does not accept. Without this, a page that needs one would be redirected in
    /// a loop.
    async fn check_own_token(&self, tokens: &Tokens, claims: &Attributes) -> Result<(), Refusal> {
        let reason = match self.verify(&tokens.access_token, self.now()).await {
            // A change of roles at this moment: the next token is another one.
            Err(Reason::TokenRevoked) => return Ok(()),
            Err(reason) => reason,
            Ok(verified) if verified.jkt().is_some() => Reason::SenderConstrained,
            Ok(verified) if claims.get("sub").is_none_or(|sub| *sub != verified.identity.user.id) => {
                Reason::ClaimInvalid
            }
            Ok(_) => return Ok(()),
        };
        if Refusal::from(reason).status() == StatusCode::SERVICE_UNAVAILABLE {
            return Err(reason.into());
        }
        tracing::error!(reason = reason.as_str(), "usher: Usher's access token for this application is refused here");
        Err(Reason::SignInFailed.into())
    }

    fn is_recent(&self, claims: &Attributes, max_age: Option<u64>) -> bool {
        let age = claims.get("auth_time").and_then(serde_json::Value::as_i64).map(|at| self.now() - at);
        let allowed = |max_age: u64| i64::try_from(max_age).unwrap_or(i64::MAX) + self.token_options.clock_skew;
        max_age.is_none_or(|max_age| age.is_some_and(|age| age <= allowed(max_age)))
    }

    /// Begins a session, and ends the one that the browser had: each sign-in has a session of its own.
    async fn replace_session(&self, web: &WebMode, parts: &Parts, tokens: Tokens) -> Result<String, Refusal> {
        let now = self.now();
        let cookie = cookies::read(&parts.headers, &web.cookie);
        if let Some(before) = web.sessions.find(cookie, now).await.map_err(store_unavailable)? {
            web.sessions.end(&before.key, &before.session.sid).await.map_err(store_unavailable)?;
        }
        let sid = tokens.claims.as_ref().and_then(|claims| claims.get("sid")?.as_str()).unwrap_or_default().to_owned();
        Ok(web.sessions.begin(WebSession { sid, created_at: now, tokens }).await.map_err(store_unavailable)?)
    }

    /// The person and their permissions, for the pages of the application.
    pub(super) async fn tell_me(self: &Arc<Self>, web: &WebMode, parts: &Parts) -> Result<Response<Bytes>, Refusal> {
        let auth = match self.session_auth(web, parts, self.now()).await {
            Ok(auth) => Some(auth),
            // That nobody can say who it is does not mean that nobody is signed in.
            Err(reason) if Refusal::from(reason).status() == StatusCode::SERVICE_UNAVAILABLE => {
                return Err(reason.into());
            }
            Err(_) => None,
        };
        let told = serde_json::json!({
            "user": auth.as_ref().map(crate::auth::Auth::profile),
            "permissions": auth.as_ref().map(crate::auth::Auth::permissions).unwrap_or_default(),
        });
        let mut response = Response::new(Bytes::from(told.to_string()));
        for (name, value) in [("content-type", "application/json"), ("cache-control", "no-store"), ("vary", "Cookie")] {
            response.headers_mut().insert(name, http::HeaderValue::from_static(value));
        }
        Ok(response)
    }
}

impl WebMode {
    /// Each sign-in has a cookie of its own, so that several tabs can sign in at the same time.
    fn name_of(&self, state: &str) -> String {
        let mark: String = state.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
        format!("{}.{mark}", self.cookie)
    }
}
