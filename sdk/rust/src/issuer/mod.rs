//! Calls of Usher.

mod host;
mod http;
mod metadata;

use std::sync::Mutex;
use std::time::Duration;

use reqwest::header::{ACCEPT, IF_NONE_MATCH};
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tokio::sync::OnceCell;

pub(crate) use http::{Answer, CALL_TIMEOUT, IssuerError, MAX_DOCUMENT, MAX_SNAPSHOT};
use metadata::Metadata;
#[cfg(feature = "web")]
pub(crate) use metadata::has_origin_of;

use crate::locks::lock;
use crate::options::{Clock, Misuse, Options};

/// How the module calls itself at Usher.
const USER_AGENT: &str = concat!("usher-sdk-rust/", env!("CARGO_PKG_VERSION"));
/// Seconds before its expiry at which the module's own token is renewed.
const RENEW_BEFORE: i64 = 30;

/// Calls Usher as the client of the application.
pub(crate) struct IssuerClient {
    issuer: String,
    id: String,
    secret: String,
    http: Client,
    clock: Clock,
    metadata: OnceCell<Metadata>,
    /// The module's own token, and when to renew it.
    token: Mutex<Option<(String, i64)>>,
    renewing: tokio::sync::Mutex<()>,
    /// The name of this host, for the list of modules.
    host: Option<String>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    #[serde(default)]
    expires_in: i64,
}

#[derive(Deserialize)]
struct IntrospectionAnswer {
    active: bool,
    token_use: Option<String>,
}

impl IssuerClient {
    pub(crate) fn new(options: &Options, http: ClientBuilder) -> Result<Self, Misuse> {
        // Redirects are refused: they would take credentials elsewhere. WebSockets need HTTP/1.1.
        let http = http.redirect(reqwest::redirect::Policy::none()).http1_only().user_agent(USER_AGENT);
        Ok(Self {
            issuer: options.issuer.clone(),
            id: options.client_id.clone(),
            secret: options.client_secret.clone(),
            http: http.connect_timeout(CALL_TIMEOUT).build().map_err(|error| Misuse::HttpClient(error.to_string()))?,
            clock: options.clock.clone(),
            metadata: OnceCell::new(),
            token: Mutex::new(None),
            renewing: tokio::sync::Mutex::default(),
            host: host::host(),
        })
    }

    /// How Usher is called.
    #[cfg(feature = "web")]
    pub(crate) fn http(&self) -> &Client {
        &self.http
    }

    fn now(&self) -> i64 {
        (self.clock)()
    }

    async fn metadata(&self) -> Result<&Metadata, IssuerError> {
        self.metadata.get_or_try_init(|| metadata::discover(&self.http, &self.issuer)).await
    }

    /// A form of the client (RFC 6749 §2.3.1).
    fn form(&self, url: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        self.http.post(url).basic_auth(encoded(&self.id), Some(encoded(&self.secret))).form(fields)
    }

    /// An access token with the scope `usher:sync`.
    pub(crate) async fn token(&self) -> Result<String, IssuerError> {
        let live = || lock(&self.token).clone().filter(|(_, renew)| self.now() < *renew).map(|(token, _)| token);
        if let Some(token) = live() {
            return Ok(token);
        }
        let _turn = self.renewing.lock().await;
        if let Some(token) = live() {
            return Ok(token);
        }
        let fields = [("grant_type", "client_credentials"), ("scope", "usher:sync")];
        let request = self.form(&self.metadata().await?.token_endpoint, &fields);
        let answer = http::call("the token endpoint", request, CALL_TIMEOUT, MAX_DOCUMENT).await;
        let answer: TokenAnswer = answer
            .map_err(|error| {
                error.explained("is it a machine client with the scope usher:sync, and its newest secret?", &[400, 401])
            })?
            .json()?;
        let life = (answer.expires_in - RENEW_BEFORE).max(answer.expires_in / 2);
        *lock(&self.token) = Some((answer.access_token.clone(), self.now() + life));
        Ok(answer.access_token)
    }

    /// Discards the module's own token.
    pub(crate) fn forget_token(&self) {
        *lock(&self.token) = None;
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer.trim_end_matches('/'))
    }

    /// Calls the API; once more with a new token if the first one was refused.
    async fn api(
        &self,
        what: &'static str,
        prepare: impl Fn() -> RequestBuilder,
        call: CallLimits,
    ) -> Result<Answer, IssuerError> {
        let once = async || {
            let request = prepare().bearer_auth(self.token().await?);
            http::call(what, request, call.timeout, call.bytes).await
        };
        match once().await {
            Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => {
                self.forget_token();
                once().await
            }
            answer => answer,
        }
    }

    /// The list of revocations.
    pub(crate) async fn snapshot(&self) -> Result<Answer, IssuerError> {
        let limits = CallLimits { timeout: Duration::from_secs(60), bytes: MAX_SNAPSHOT };
        self.api("the snapshot", || self.http.get(self.url("/api/v1/sync/snapshot")), limits).await
    }

    /// What is new after a cursor; with `wait` as soon as there is something. 304 if there is nothing. The cursor acknowledges
    /// everything before it, and `revision` the access rules that are applied.
    pub(crate) async fn events(
        &self,
        cursor: &str,
        wait: Duration,
        revision: Option<u64>,
    ) -> Result<Answer, IssuerError> {
        let prepare = || {
            let wait = if wait.is_zero() { String::new() } else { format!("&wait={}", wait.as_secs()) };
            let revision = revision.map(|revision| format!("&rev={revision}")).unwrap_or_default();
            let url =
                self.url(&format!("/api/v1/sync/events?cursor={cursor}{wait}{revision}{}", self.host_parameter()));
            self.http.get(url).header(IF_NONE_MATCH, format!("\"{cursor}\""))
        };
        self.api("the feed", prepare, CallLimits { timeout: wait + CALL_TIMEOUT, bytes: MAX_SNAPSHOT }).await
    }

    /// The signed access rules; 304 if they still have this `ETag`.
    pub(crate) async fn rules(&self, project: &str, etag: Option<&str>) -> Result<Answer, IssuerError> {
        let project: String = url::form_urlencoded::byte_serialize(project.as_bytes()).collect();
        let prepare = || {
            let request = self
                .http
                .get(self.url(&format!("/api/v1/projects/{project}/policy")))
                .header(ACCEPT, "application/jose");
            etag.map_or(request.try_clone(), |etag| Some(request.try_clone()?.header(IF_NONE_MATCH, etag)))
                .unwrap_or(request)
        };
        self.api("the access rules", prepare, CallLimits { timeout: CALL_TIMEOUT, bytes: 2 * MAX_DOCUMENT }).await
    }

    /// Reports sessions.
    pub(crate) async fn report(&self, sessions: &Json) -> Result<(), IssuerError> {
        let prepare = || self.http.post(self.url("/api/v1/sync/seen")).json(&json!({ "sessions": sessions }));
        self.api("the report of sessions", prepare, CallLimits { timeout: CALL_TIMEOUT, bytes: MAX_DOCUMENT }).await?;
        Ok(())
    }

    fn host_parameter(&self) -> String {
        self.host.as_ref().map(|host| format!("&host={host}")).unwrap_or_default()
    }

    /// The published keys.
    pub(crate) async fn keys(&self) -> Result<Answer, IssuerError> {
        let request = self.http.get(&self.metadata().await?.jwks_uri);
        http::call("the key set", request, CALL_TIMEOUT, MAX_DOCUMENT).await
    }

    /// Whether an access token is active (RFC 7662). Usher answers yes only for tokens of the client's project.
    pub(crate) async fn introspect(&self, token: &str) -> Result<bool, IssuerError> {
        let fields = [("token", token), ("token_type_hint", "access_token")];
        let request = self.form(&self.metadata().await?.introspection_endpoint, &fields);
        let answer = http::call("introspection", request, CALL_TIMEOUT, MAX_DOCUMENT).await?;
        let said: IntrospectionAnswer = answer.json()?;
        Ok(said.active && said.token_use.as_deref() == Some("access_token"))
    }

    /// A request that asks for a WebSocket at the feed.
    pub(crate) async fn socket(&self, cursor: &str) -> Result<RequestBuilder, IssuerError> {
        let url = self.url(&format!("/api/v1/sync?cursor={cursor}{}", self.host_parameter()));
        Ok(self.http.request(Method::GET, url).bearer_auth(self.token().await?))
    }
}

/// The limits of a call and its answer.
#[derive(Clone, Copy)]
struct CallLimits {
    timeout: Duration,
    bytes: usize,
}
