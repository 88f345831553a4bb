//! Web mode: sign-in, callback, refresh of tokens, sign-out and back-channel logout, at `/auth/…` of the application.

mod cookies;
mod identify;
mod logout_token;
mod origin;
mod provider;
mod seal;
mod sessions;
mod sign_in;
mod sign_out;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, HeaderValue, LOCATION, SET_COOKIE};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use moka::sync::Cache;
use url::{Url, form_urlencoded};

use crate::layer::{log_refusal, original_path, original_target};
use crate::options::{Options, is_loopback};
use crate::refusal::{Reason, Refusal};
use crate::state::State;
use crate::store::{MemoryStore, StoreError};
use provider::{Provider, ProviderError};
use seal::Sealer;
use sessions::WebSessions;

/// The largest form that is read, in bytes.
const LARGEST_FORM: usize = 64 * 1024;
/// How long a turn of refreshing the tokens of a session is remembered.
const TURN: Duration = Duration::from_secs(60);

/// The part of a module that signs people in.
pub(crate) struct WebMode {
    /// The URL of the application.
    base: Url,
    /// Its scheme and host.
    origin: String,
    /// The path before `/login`.
    prefix: String,
    cookie: String,
    is_secure: bool,
    begun: Sealer,
    sessions: WebSessions,
    provider: Provider,
    /// One refresh at a time for each session.
    turns: Cache<String, Arc<tokio::sync::Mutex<()>>>,
}

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
    /// Web mode of these options; `None` if it is off.
    pub(crate) fn new(options: &Options, http: reqwest::Client) -> Result<Option<Self>, url::ParseError> {
        let Some(web) = &options.web else { return Ok(None) };
        let base = Url::parse(options.base_url.as_deref().unwrap_or_default())?;
        let origin = base.origin().ascii_serialization();
        let prefix = format!("{}/auth", base.path().trim_end_matches('/'));
        let is_secure = !(base.scheme() == "http" && base.host_str().is_some_and(is_loopback));
        let default = if is_secure { "__Host-usher-app" } else { "usher-app" };
        let store = options.store.clone().unwrap_or_else(|| Arc::new(MemoryStore::new()));
        Ok(Some(Self {
            provider: Provider::new(options, &web.scope, format!("{origin}{prefix}/callback"), http)?,
            cookie: web.cookie_name.clone().unwrap_or_else(|| default.to_owned()),
            begun: Sealer::new(&web.secrets, "sign-in"),
            sessions: WebSessions::new(store, web),
            turns: Cache::builder().max_capacity(10_000).time_to_idle(TURN).build(),
            base,
            origin,
            prefix,
            is_secure,
        }))
    }

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

    fn set_cookie(&self, name: &str, value: &str, max_age: u64) -> String {
        cookies::write(name, value, max_age, self.is_secure)
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

/// A parameter of a query or a form.
fn parameter(query: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(query).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
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
