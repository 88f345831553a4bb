//! Web mode: sign-in, callback, refresh of tokens, sign-out and back-channel logout, at `/auth/…` of the application.

mod cookies;
mod identify;
mod logout_token;
pub(crate) mod mode;
mod origin;
mod provider;
mod seal;
mod sessions;
mod sign_in;
mod sign_out;

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, HeaderValue, LOCATION, SET_COOKIE};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use url::form_urlencoded;

use crate::layer::{log_refusal, original_path, original_target};
use crate::refusal::{Reason, Refusal};
use crate::state::State;
use crate::store::StoreError;
use mode::WebMode;
use provider::ProviderError;

/// The largest form that is read, in bytes.
const LARGEST_FORM: usize = 64 * 1024;

/// A request that web mode answers itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    SignIn,
    Callback,
    SignOut,
    Me,
    BackChannelLogout,
}

impl WebMode {
    /// What a request to a path of web mode asks for; `None` for every other request.
    pub(crate) fn action(&self, parts: &Parts) -> Option<Action> {
        let name = original_path(parts).strip_prefix(&self.prefix)?;
        Some(match (&parts.method, name) {
            (&Method::GET, "/login") => Action::SignIn,
            (&Method::GET, "/callback") => Action::Callback,
            (&Method::GET | &Method::POST, "/logout") => Action::SignOut,
            (&Method::GET, "/me") => Action::Me,
            (&Method::POST, "/backchannel-logout") => Action::BackChannelLogout,
            _ => return None,
        })
    }
}

impl State {
    /// The answer to a request that web mode answers itself.
    pub(crate) async fn answer_web<B>(
        self: &Arc<Self>,
        web: &WebMode,
        action: Action,
        parts: Parts,
        body: B,
    ) -> Response<Bytes>
    where
        B: http_body::Body<Data: Send, Error: Into<StoreError>>,
    {
        let answered = match action {
            Action::SignIn => self.sign_in(web, &parts).await,
            Action::Callback => self.callback(web, &parts).await,
            Action::SignOut => self.sign_out(web, &parts).await,
            Action::Me => self.tell_me(web, &parts).await,
            Action::BackChannelLogout => self.backchannel_logout(web, read_body(body).await).await,
        };
        answered.unwrap_or_else(|refusal| {
            log_refusal(&refusal, &parts.method);
            refusal.response(self.options.show_reasons)
        })
    }

    /// Where a page is sent that needs a sign-in, or a better one; `None` if the refusal is answered otherwise.
    pub(crate) fn sign_in_redirect(&self, refusal: &Refusal, parts: &Parts) -> Option<Response<Bytes>> {
        let web = self.web.as_ref()?;
        let is_page =
            parts.method == Method::GET && origin::text(&parts.headers, ACCEPT.as_str())?.contains("text/html");
        if !is_page || refusal.status() != StatusCode::UNAUTHORIZED {
            return None;
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("return_to", original_target(parts));
        if let Some(acr) = &refusal.acr {
            query.append_pair("acr_values", acr);
        }
        if let Some(max_age) = refusal.max_age {
            query.append_pair("max_age", &max_age.to_string());
        }
        Some(redirect(&format!("{}{}/login?{}", web.origin, web.prefix, query.finish()), &[]))
    }
}

/// A body that is too long, or that breaks off, is empty.
async fn read_body<B>(body: B) -> Bytes
where
    B: http_body::Body<Data: Send, Error: Into<StoreError>>,
{
    let collected = Limited::new(body, LARGEST_FORM).collect().await;
    collected.map(http_body_util::Collected::to_bytes).unwrap_or_default()
}

/// A redirect by 303, so that the next request is a GET (RFC 9110 §15.4.4).
fn redirect(to: &str, cookies: &[String]) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(to) = HeaderValue::try_from(to) {
        headers.insert(LOCATION, to);
    }
    for cookie in cookies.iter().filter_map(|cookie| HeaderValue::try_from(cookie).ok()) {
        headers.append(SET_COOKIE, cookie);
    }
    response
}

/// A parameter of a query or a form; `None` as well if it is there twice (RFC 6749 §3.1).
fn parameter(query: &[u8], name: &str) -> Option<String> {
    let mut found = form_urlencoded::parse(query).filter(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

#[expect(clippy::needless_pass_by_value, reason = "map_err gives it")]
fn store_unavailable(error: StoreError) -> Reason {
    tracing::warn!(error, "usher: the store of sessions does not answer");
    Reason::StoreUnavailable
}

#[expect(clippy::needless_pass_by_value, reason = "map_err gives it")]
fn issuer_unavailable(error: ProviderError) -> Reason {
    tracing::warn!(error, "usher: Usher cannot be asked to sign somebody in");
    Reason::IntrospectionFailed
}

#[cfg(test)]
mod tests {
    use super::parameter;

    #[test]
    fn a_parameter_that_comes_twice_is_none() {
        let found = ["state", "code", "iss"].map(|name| parameter(b"state=a&code=b&code=c", name));
        assert_eq!(found, [Some("a".to_owned()), None, None]);
    }
}
