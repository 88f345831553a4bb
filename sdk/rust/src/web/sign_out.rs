use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, HeaderValue, ORIGIN};
use http::request::Parts;
use http::{Method, Response};

use super::logout_token::{self, Expected, LogoutNotice};
use super::mode::WebMode;
use super::origin::is_own_page;
use super::{cookies, issuer_unavailable, parameter, redirect, store_unavailable};
use crate::refusal::{Reason, Refusal};
use crate::state::State;

/// How long logout tokens are remembered, longer than any is accepted.
const REMEMBERED: Duration = Duration::from_secs(300);

impl State {
    /// Signs somebody out, here and at Usher.
    pub(super) async fn sign_out(&self, web: &WebMode, parts: &Parts) -> Result<Response<Bytes>, Refusal> {
        let tells_nothing = !parts.headers.contains_key("sec-fetch-site") && !parts.headers.contains_key(ORIGIN);
        if parts.method == Method::GET && tells_nothing || !is_own_page(&parts.headers, &web.origin) {
            return Err(Reason::RequestForged.into());
        }
        let cookie = cookies::read(&parts.headers, &web.cookie);
        let found = web.sessions.find(cookie, self.now()).await.map_err(store_unavailable)?;
        if let Some(found) = &found {
            web.sessions.end(&found.key, &found.session.sid).await.map_err(store_unavailable)?;
        }
        let id_token = found.as_ref().and_then(|found| found.session.tokens.id_token.as_deref());
        let url = web.provider.sign_out_url(id_token, web.base.as_str()).await.map_err(issuer_unavailable)?;
        Ok(redirect(url.as_str(), &[web.set_cookie(&web.cookie, "", 0)]))
    }

    /// Usher says that a session is over.
    pub(super) async fn backchannel_logout(&self, web: &WebMode, form: Bytes) -> Result<Response<Bytes>, Refusal> {
        let token = parameter(&form, "logout_token").unwrap_or_default();
        let notice = self.read_logout_token(&token).await.map_err(|reason| {
            tracing::info!(reason = reason.as_str(), "usher: a logout token is refused");
            Reason::LogoutTokenInvalid
        })?;
        web.sessions.heed(&notice.jti, &notice.sid, REMEMBERED).await.map_err(store_unavailable)?;
        let mut response = Response::new(Bytes::new());
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    }

    /// Verifies a logout token; with new keys if it names one that is not known.
    async fn read_logout_token(&self, token: &str) -> Result<LogoutNotice, Reason> {
        let options = &self.options;
        let skew = self.token_options.clock_skew;
        let read = || {
            let keys = self.current_keys().ok_or(Reason::KeysMissing)?;
            let expected = Expected { issuer: &options.issuer, client_id: &options.client_id, skew };
            logout_token::read(token, &keys.keys, &expected, self.now())
        };
        match read() {
            Err(Reason::KeyUnknown) => {
                self.seek_keys().await.map_err(|_| Reason::KeyUnknown)?;
                read()
            }
            read => read,
        }
    }
}
