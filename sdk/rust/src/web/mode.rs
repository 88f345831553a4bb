//! The part of a module that signs people in: its URL, its cookies, its sessions, its provider.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use moka::sync::Cache;
use url::Url;

use super::cookies;
use super::provider::Provider;
use super::seal::Sealer;
use super::sessions::WebSessions;
use crate::options::{Options, is_loopback};
use crate::store::MemoryStore;

/// How long a turn of refreshing the tokens of a session is remembered.
const TURN: Duration = Duration::from_secs(60);

/// The part of a module that signs people in.
pub(crate) struct WebMode {
    /// The URL of the application.
    pub(super) base: Url,
    /// Its scheme and host.
    pub(super) origin: String,
    /// The path before `/login`.
    pub(super) prefix: String,
    pub(super) cookie: String,
    pub(super) is_secure: bool,
    pub(super) begun: Sealer,
    pub(super) sessions: WebSessions,
    pub(super) provider: Provider,
    /// One refresh at a time for each session.
    pub(super) turns: Cache<String, Arc<tokio::sync::Mutex<()>>>,
    /// Until when Usher is not asked for tokens because it did not answer, in seconds since the epoch: otherwise every
    /// request would wait for it.
    pub(super) paused_until: AtomicI64,
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
            paused_until: AtomicI64::new(0),
            base,
            origin,
            prefix,
            is_secure,
        }))
    }

    pub(super) fn set_cookie(&self, name: &str, value: &str, max_age: u64) -> String {
        cookies::write(name, value, max_age, self.is_secure)
    }
}
