//! The options of a module.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::request::Parts;
use reqwest::ClientBuilder;

use crate::event::{Decision, Event};
use crate::identity::Identity;
use crate::options::{AttributesFuture, OnStale, Options, Transport};
#[cfg(feature = "web")]
use crate::options::{Mode, WebOptions};
use crate::policy::Attributes;
use crate::store::Store;
use crate::token::Algorithm;
use crate::usher::{SetupError, Usher};

/// Builds a module. `issuer`, `client_id`, `client_secret` and `audience` are needed, and `project` unless `policy(false)`.
#[must_use]
pub struct Builder {
    options: Options,
    http: ClientBuilder,
}

impl Usher {
    /// A module with default options.
    pub fn builder() -> Builder {
        Builder { options: Options::new(String::new(), Arc::new(now)), http: ClientBuilder::new() }
    }
}

impl Builder {
    fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    /// The URL of Usher, exactly as in the claim `iss`: https, or http on loopback.
    pub fn issuer(self, issuer: impl Into<String>) -> Self {
        self.with(|options| options.issuer = issuer.into())
    }

    /// A machine client of the project that has the scope `usher:sync`.
    pub fn client_id(self, client_id: impl Into<String>) -> Self {
        self.with(|options| options.client_id = client_id.into())
    }

    /// The secret of that client.
    pub fn client_secret(self, client_secret: impl Into<String>) -> Self {
        self.with(|options| options.client_secret = client_secret.into())
    }

    /// What tokens must be issued for: the identifier of an API of the project.
    pub fn audience(self, audience: impl Into<String>) -> Self {
        self.with(|options| options.audience = audience.into())
    }

    /// The URL of the application, which proofs of DPoP are for. The audience by default, where that is a URL; without one,
    /// tokens that are bound to a key are refused.
    pub fn base_url(self, base_url: impl Into<String>) -> Self {
        self.with(|options| options.base_url = Some(base_url.into()))
    }

    /// The id of the project, to fetch its access rules.
    pub fn project(self, project: impl Into<String>) -> Self {
        self.with(|options| options.project = Some(project.into()))
    }

    /// The clients whose tokens are accepted. Without this the first token of each client is introspected, because Usher
    /// answers for clients of the project alone.
    pub fn clients<T: Into<String>>(self, clients: impl IntoIterator<Item = T>) -> Self {
        self.with(|options| options.clients = Some(clients.into_iter().map(Into::into).collect()))
    }

    /// The accepted signatures; all of [`Algorithm`] by default.
    pub fn algorithms(self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.with(|options| options.algorithms = algorithms.into_iter().collect())
    }

    /// The greatest difference between Usher's clock and this one: 30 s by default, a minute at most.
    pub fn clock_skew(self, clock_skew: Duration) -> Self {
        self.with(|options| options.clock_skew = clock_skew)
    }

    /// How many verified tokens are remembered: 10,000 by default.
    pub fn cache_size(self, cache_size: u64) -> Self {
        self.with(|options| options.cache_size = cache_size)
    }

    /// How the feed is followed: by WebSocket by default.
    pub fn transport(self, transport: Transport) -> Self {
        self.with(|options| options.transport = transport)
    }

    /// The time between two polls: a minute by default, 5 s at least.
    pub fn poll_interval(self, poll_interval: Duration) -> Self {
        self.with(|options| options.poll_interval = poll_interval)
    }

    /// The age from which the list is stale: five minutes by default.
    pub fn max_staleness(self, max_staleness: Duration) -> Self {
        self.with(|options| options.max_staleness = max_staleness)
    }

    /// What happens while the list is stale.
    pub fn on_stale(self, on_stale: OnStale) -> Self {
        self.with(|options| options.on_stale = on_stale)
    }

    /// The largest number of entries of the list: 200,000 by default. Beyond it they become one entry that revokes every
    /// token of the project that was issued before.
    pub fn max_revocations(self, max_revocations: usize) -> Self {
        self.with(|options| options.max_revocations = max_revocations)
    }

    /// Whether access rules are used. Without them the layer only identifies the caller.
    pub fn policy(self, policy: bool) -> Self {
        self.with(|options| options.policy = policy)
    }

    /// Whether the route rules are enforced. Without that, permissions still need rules.
    pub fn enforce_routes(self, enforce_routes: bool) -> Self {
        self.with(|options| options.enforce_routes = enforce_routes)
    }

    /// Whether requests pass that no route rule matches; they do not by default.
    pub fn allow_missing_routes(self, allow_missing_routes: bool) -> Self {
        self.with(|options| options.allow_missing_routes = allow_missing_routes)
    }

    /// Whether the response of a handler that did not check a permission with the resource, although it depends on it, is
    /// replaced by 500; it is by default.
    pub fn strict(self, strict: bool) -> Self {
        self.with(|options| options.strict = strict)
    }

    /// Keeps keys, revocations and rules over a restart. Without it they are in memory only.
    pub fn store(self, store: impl Store + 'static) -> Self {
        self.with(|options| options.store = Some(Arc::new(store)))
    }

    /// What authenticates the content of the store: the client's secret by default.
    pub fn store_secret(self, store_secret: impl Into<String>) -> Self {
        self.with(|options| options.store_secret = Some(store_secret.into()))
    }

    /// Whether the sessions that were used here are reported to Usher, once a minute.
    pub fn report_sessions(self, report_sessions: bool) -> Self {
        self.with(|options| options.report_sessions = report_sessions)
    }

    /// Whether the reason of a refusal is in the response. For development: attackers learn it too.
    pub fn show_reasons(self, show_reasons: bool) -> Self {
        self.with(|options| options.show_reasons = show_reasons)
    }

    /// Gives the attributes `user.…` of conditions in addition to `id` and `roles`, such as teams. It is awaited once for
    /// each request with a valid token, so it should remember what it reads.
    pub fn user_attributes<F>(self, attributes: impl Fn(Arc<Identity>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Attributes> + Send + 'static,
    {
        let attributes = Arc::new(move |identity| -> AttributesFuture { Box::pin(attributes(identity)) });
        self.with(|options| options.user_attributes = Some(attributes))
    }

    /// Gives the attributes `context.…` of conditions.
    pub fn context(self, context: impl Fn(&Parts) -> Attributes + Send + Sync + 'static) -> Self {
        self.with(|options| options.context = Some(Arc::new(context)))
    }

    /// Called when something changes. It must not block.
    pub fn on_event(self, on_event: impl Fn(Event) + Send + Sync + 'static) -> Self {
        self.with(|options| options.on_event = Some(Arc::new(on_event)))
    }

    /// Called for each decision of the access rules, while the request waits.
    pub fn on_decision(self, on_decision: impl Fn(Decision) + Send + Sync + 'static) -> Self {
        self.with(|options| options.on_decision = Some(Arc::new(on_decision)))
    }

    /// How Usher is called, for example with a certificate authority or a proxy. Redirects stay refused.
    pub fn http_client(self, http_client: ClientBuilder) -> Self {
        Self { http: http_client, ..self }
    }

    /// The clock, in seconds since the epoch; that of the system by default.
    pub fn clock(self, clock: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        self.with(|options| options.clock = Arc::new(clock))
    }

    /// Web mode signs people in. The audience is then the issuer, unless another is given.
    #[cfg(feature = "web")]
    pub fn mode(self, mode: Mode) -> Self {
        self.with(|options| match mode {
            Mode::Bearer => options.web = None,
            Mode::Web => {
                options.web.get_or_insert_default();
            }
        })
    }

    #[cfg(feature = "web")]
    fn with_web(self, change: impl FnOnce(&mut WebOptions)) -> Self {
        self.with(|options| change(options.web.get_or_insert_default()))
    }

    /// Web mode: what encrypts cookies and stored sessions; 32 characters at least, at random. To replace it, give the new
    /// one and then the old one.
    #[cfg(feature = "web")]
    pub fn secret<T: Into<String>>(self, secrets: impl IntoIterator<Item = T>) -> Self {
        self.with_web(|web| web.secrets = secrets.into_iter().map(Into::into).collect())
    }

    /// Web mode: what is asked for. `openid profile email offline_access` by default.
    #[cfg(feature = "web")]
    pub fn scope(self, scope: impl Into<String>) -> Self {
        self.with_web(|web| web.scope = scope.into())
    }

    /// Web mode: the name of the session cookie. `__Host-usher-app` by default, and `usher-app` on `http://localhost`.
    #[cfg(feature = "web")]
    pub fn cookie_name(self, cookie_name: impl Into<String>) -> Self {
        self.with_web(|web| web.cookie_name = Some(cookie_name.into()))
    }

    /// Web mode: the time without use after which a session ends. One day by default.
    #[cfg(feature = "web")]
    pub fn cookie_idle(self, cookie_idle: Duration) -> Self {
        self.with_web(|web| web.idle = cookie_idle)
    }

    /// Web mode: the time after which a session ends in any case. 14 days by default.
    #[cfg(feature = "web")]
    pub fn cookie_absolute(self, cookie_absolute: Duration) -> Self {
        self.with_web(|web| web.absolute = cookie_absolute)
    }

    /// Starts the module: checks the options, reads the store, fetches keys, revocations and rules, and follows the feed
    /// until the last clone of the module is gone. It needs a tokio runtime.
    ///
    /// If Usher cannot be reached within ten seconds, the module continues from its store, or answers 503 until Usher is
    /// back. An error is one that no waiting solves.
    pub async fn build(self) -> Result<Usher, SetupError> {
        Usher::start(self.options, self.http).await
    }
}

/// Seconds since the epoch.
pub(crate) fn now() -> i64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock; everything else is passed the time"
    )]
    let now = SystemTime::now();
    let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    i64::try_from(seconds).unwrap_or(i64::MAX)
}
