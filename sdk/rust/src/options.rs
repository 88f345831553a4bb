//! The options of a module and their defaults, the same as in every local module.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use url::Url;

use crate::event::{Decision, Event};
use crate::identity::Identity;
use crate::policy::Attributes;
use crate::store::Store;
use crate::token::{Algorithm, TokenOptions};

/// The greatest difference of clocks that may be allowed for.
const MOST_SKEW: Duration = Duration::from_secs(60);
/// The shortest time between two polls.
const LEAST_POLL: Duration = Duration::from_secs(5);

/// The shortest secret of web mode, in bytes.
#[cfg(feature = "web")]
const LEAST_SECRET: usize = 32;

/// How the feed is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transport {
    /// By WebSocket, within a second; by long poll where that is not possible.
    #[default]
    WebSocket,
    /// By questions that Usher answers as soon as there is something new, within a second.
    LongPoll,
    /// By a question each [`poll_interval`](crate::Builder::poll_interval).
    Poll,
    /// Not at all: a revoked token is accepted until it expires. Access rules are fetched each
    /// [`poll_interval`](crate::Builder::poll_interval).
    Off,
}

/// What happens while the list of revocations is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnStale {
    /// The old list is used: what was revoked since is accepted until it expires.
    #[default]
    Allow,
    /// Tokens are introspected, each at most once per second.
    Introspect,
    /// Requests are answered 503.
    Deny,
}

/// Who presents credentials to the application.
#[cfg(feature = "web")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Programs, by access tokens.
    #[default]
    Bearer,
    /// Browsers too: the module signs people in, at `/auth/…` of the application.
    Web,
}

/// The options of web mode.
#[cfg(feature = "web")]
#[derive(Clone)]
pub(crate) struct WebOptions {
    pub(crate) secrets: Vec<String>,
    pub(crate) scope: String,
    pub(crate) cookie_name: Option<String>,
    pub(crate) idle: Duration,
    pub(crate) absolute: Duration,
}

#[cfg(feature = "web")]
impl Default for WebOptions {
    fn default() -> Self {
        Self {
            secrets: vec![],
            scope: "openid profile email offline_access".to_owned(),
            cookie_name: None,
            idle: Duration::from_secs(24 * 3600),
            absolute: Duration::from_secs(14 * 24 * 3600),
        }
    }
}

/// The future of attributes that the application reads from its database.
pub type AttributesFuture = Pin<Box<dyn Future<Output = Attributes> + Send>>;

pub(crate) type UserAttributes = Arc<dyn Fn(Arc<Identity>) -> AttributesFuture + Send + Sync>;
pub(crate) type RequestAttributes = Arc<dyn Fn(&Parts) -> Attributes + Send + Sync>;
pub(crate) type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Everything that a [`Builder`](crate::Builder) was told.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Options {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) audience: String,
    pub(crate) base_url: Option<String>,
    pub(crate) project: Option<String>,
    pub(crate) clients: Option<Vec<String>>,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) clock_skew: Duration,
    pub(crate) cache_size: u64,
    pub(crate) transport: Transport,
    pub(crate) poll_interval: Duration,
    pub(crate) max_staleness: Duration,
    pub(crate) on_stale: OnStale,
    pub(crate) max_revocations: usize,
    pub(crate) policy: bool,
    pub(crate) enforce_routes: bool,
    pub(crate) allow_missing_routes: bool,
    pub(crate) strict: bool,
    pub(crate) store: Option<Arc<dyn Store>>,
    pub(crate) store_secret: Option<String>,
    pub(crate) report_sessions: bool,
    pub(crate) show_reasons: bool,
    pub(crate) user_attributes: Option<UserAttributes>,
    pub(crate) context: Option<RequestAttributes>,
    pub(crate) on_event: Option<Arc<dyn Fn(Event) + Send + Sync>>,
    pub(crate) on_decision: Option<Arc<dyn Fn(Decision) + Send + Sync>>,
    /// In seconds since the epoch.
    pub(crate) clock: Clock,
    /// Web mode, where it is on.
    #[cfg(feature = "web")]
    pub(crate) web: Option<WebOptions>,
}

/// An option that a module refuses to start with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// The issuer is not an address that tokens may come from.
    #[error("the issuer `{0}` is neither https, nor http on loopback, without query, fragment and credentials")]
    Issuer(String),
    /// The base URL is not an address that browsers and clients may call.
    #[error("the base_url `{0}` is neither https, nor http on loopback, without query, fragment and credentials")]
    BaseUrl(String),
    /// A needed option is empty.
    #[error("{0} is needed")]
    Missing(&'static str),
    /// No client would be accepted.
    #[error("clients is an empty list, so no token would be accepted; without the option Usher is asked")]
    NoClients,
    /// No signature would be accepted.
    #[error("algorithms is an empty list, so no token would be accepted")]
    NoAlgorithms,
    /// Expired tokens would be accepted for too long.
    #[error("clock_skew is {0:?}: a minute at most")]
    ClockSkew(Duration),
    /// Usher would be asked too often.
    #[error("poll_interval is {0:?}: 5 s at least")]
    PollInterval(Duration),
    /// The list would be too old between two polls.
    #[error("max_staleness is {0:?}: a second at least, and with Transport::Poll more than poll_interval")]
    MaxStaleness(Duration),
    /// Cookies could be forged.
    #[cfg(feature = "web")]
    #[error("secret has 32 characters at least, at random")]
    Secret,
    /// Browsers would refuse the cookie.
    #[cfg(feature = "web")]
    #[error("cookie_name `{0}` is not a name of a cookie; one that begins with __Host- or __Secure- needs https")]
    CookieName(String),
    /// Every session would be over at once.
    #[cfg(feature = "web")]
    #[error("cookie_idle and cookie_absolute are a second at least")]
    CookieTime,
    /// Nobody would be told who has signed in.
    #[cfg(feature = "web")]
    #[error("scope needs openid: without it nobody is told who has signed in")]
    Scope,
    /// The address of the issuer's client is not usable.
    #[error("the HTTP client cannot be built: {0}")]
    HttpClient(String),
}

impl Options {
    pub(crate) fn new(issuer: String, clock: Clock) -> Self {
        Self {
            issuer,
            client_id: String::new(),
            client_secret: String::new(),
            audience: String::new(),
            base_url: None,
            project: None,
            clients: None,
            algorithms: Algorithm::ALL.to_vec(),
            clock_skew: Duration::from_secs(30),
            cache_size: 10_000,
            transport: Transport::default(),
            poll_interval: Duration::from_secs(60),
            max_staleness: Duration::from_secs(300),
            on_stale: OnStale::default(),
            max_revocations: 200_000,
            policy: true,
            enforce_routes: true,
            allow_missing_routes: false,
            strict: true,
            store: None,
            store_secret: None,
            report_sessions: true,
            show_reasons: false,
            user_attributes: None,
            context: None,
            on_event: None,
            on_decision: None,
            clock,
            #[cfg(feature = "web")]
            web: None,
        }
    }

    /// With the defaults that depend on other options.
    #[cfg_attr(not(feature = "web"), expect(unused_mut, reason = "only web mode has such defaults"))]
    pub(crate) fn filled(mut self) -> Self {
        #[cfg(feature = "web")]
        if self.web.is_some() && self.audience.is_empty() {
            self.audience.clone_from(&self.issuer); // of the application's own tokens
        }
        self
    }

    /// Refuses misuse.
    pub(crate) fn check(&self) -> Result<(), Misuse> {
        if !is_safe_url(&self.issuer) {
            return Err(Misuse::Issuer(self.issuer.clone()));
        }
        if let Some(url) = self.base_url.as_ref().filter(|url| !is_safe_url(url)) {
            return Err(Misuse::BaseUrl(url.clone()));
        }
        #[cfg(feature = "web")]
        self.check_web()?;
        let project = self.project.as_deref().unwrap_or_default();
        let needed = [
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.as_str()),
            ("audience", self.audience.as_str()),
            ("project, to fetch its access rules,", if self.policy { project } else { "none" }),
        ];
        if let Some((name, _)) = needed.into_iter().find(|(_, value)| value.trim().is_empty()) {
            return Err(Misuse::Missing(name));
        }
        let (staleness, poll) = (self.max_staleness, self.poll_interval);
        let too_rarely = self.transport == Transport::Poll && staleness <= poll;
        let failed = [
            (self.clients.as_ref().is_some_and(Vec::is_empty), Misuse::NoClients),
            (self.algorithms.is_empty(), Misuse::NoAlgorithms),
            (self.clock_skew > MOST_SKEW, Misuse::ClockSkew(self.clock_skew)),
            (poll < LEAST_POLL, Misuse::PollInterval(poll)),
            (staleness < Duration::from_secs(1) || too_rarely, Misuse::MaxStaleness(staleness)),
        ];
        failed.into_iter().find(|(failed, _)| *failed).map_or(Ok(()), |(_, misuse)| Err(misuse))
    }

    #[cfg(feature = "web")]
    fn check_web(&self) -> Result<(), Misuse> {
        let Some(web) = &self.web else { return Ok(()) };
        let name = web.cookie_name.as_deref().unwrap_or("usher-app");
        let is_https = self.base_url.as_ref().is_some_and(|url| url.starts_with("https:"));
        let second = Duration::from_secs(1);
        let failed = [
            (!is_cookie_name(name, is_https), Misuse::CookieName(name.to_owned())),
            (web.idle < second || web.absolute < second, Misuse::CookieTime),
            (self.base_url.is_none(), Misuse::Missing("base_url, which web mode needs,")),
            (web.secrets.is_empty(), Misuse::Missing("secret, which web mode needs,")),
            (web.secrets.iter().any(|secret| secret.len() < LEAST_SECRET), Misuse::Secret),
            (!web.scope.split(' ').any(|scope| scope == "openid"), Misuse::Scope),
        ];
        failed.into_iter().find(|(failed, _)| *failed).map_or(Ok(()), |(_, misuse)| Err(misuse))
    }

    /// What tokens are verified against.
    pub(crate) fn token_options(&self) -> TokenOptions {
        TokenOptions {
            issuer: self.issuer.clone(),
            audience: self.audience.clone(),
            project: self.project.clone(),
            clients: self.clients.clone(),
            algorithms: self.algorithms.clone(),
            clock_skew: seconds(self.clock_skew),
        }
    }

    /// The URL that proofs of DPoP are for; without one, tokens that are bound to a key are refused.
    pub(crate) fn proof_url(&self) -> Option<&str> {
        let is_url = |audience: &&str| audience.starts_with("https://") || audience.starts_with("http://");
        self.base_url.as_deref().or(Some(self.audience.as_str()).filter(is_url))
    }

    /// What authenticates the store.
    pub(crate) fn store_secret(&self) -> &str {
        self.store_secret.as_deref().unwrap_or(&self.client_secret)
    }
}

/// Whether browsers accept a cookie of this name (RFC 6265 §4.1.1, draft-ietf-httpbis-rfc6265bis §4.1.3).
#[cfg(feature = "web")]
fn is_cookie_name(name: &str, is_https: bool) -> bool {
    let is_token =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    let lower = name.to_ascii_lowercase();
    is_token && (is_https || !["__host-", "__secure-"].iter().any(|prefix| lower.starts_with(prefix)))
}

/// A duration in whole seconds.
pub(crate) fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

/// https, or http on loopback, without query, fragment and credentials (OpenID Connect Discovery §3).
fn is_safe_url(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let host = url.host_str().unwrap_or_default();
    let is_bare =
        url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    is_bare && (url.scheme() == "https" && !host.is_empty() || url.scheme() == "http" && is_loopback(host))
}

/// Whether a host name is a loopback address.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Options {
        Options {
            client_id: "shop".to_owned(),
            client_secret: "secret".to_owned(),
            audience: "https://api.shop.example".to_owned(),
            project: Some("p".to_owned()),
            ..Options::new("https://id.example.com".to_owned(), Arc::new(|| 0))
        }
    }

    fn refusal(change: impl FnOnce(&mut Options)) -> String {
        let mut options = good();
        change(&mut options);
        options.check().unwrap_err().to_string()
    }

    #[test]
    fn the_defaults_are_those_of_every_module() {
        let options = good();
        assert_eq!(options.check(), Ok(()));
        assert_eq!((options.clock_skew.as_secs(), options.cache_size), (30, 10_000));
        assert_eq!((options.poll_interval.as_secs(), options.max_staleness.as_secs()), (60, 300));
        assert_eq!((options.transport, options.on_stale), (Transport::WebSocket, OnStale::Allow));
        assert!(options.policy && options.enforce_routes && options.strict && options.report_sessions);
        assert!(!options.allow_missing_routes && !options.show_reasons);
        assert_eq!(options.max_revocations, 200_000);
    }

    #[test]
    fn misuse_is_refused() {
        assert_eq!(refusal(|options| options.audience.clear()), "audience is needed");
        assert_eq!(refusal(|options| options.client_id = " ".to_owned()), "client_id is needed");
        assert_eq!(refusal(|options| options.client_secret.clear()), "client_secret is needed");
        assert!(refusal(|options| options.project = None).starts_with("project"));
        assert!(refusal(|options| options.clients = Some(vec![])).contains("empty list"));
        assert!(refusal(|options| options.algorithms.clear()).contains("empty list"));
        assert!(refusal(|options| options.clock_skew = Duration::from_secs(61)).contains("a minute at most"));
        assert!(refusal(|options| options.poll_interval = Duration::from_millis(4999)).contains("5 s at least"));
        assert!(refusal(|options| options.max_staleness = Duration::from_millis(999)).contains("a second at least"));
        let poll = |options: &mut Options| {
            options.transport = Transport::Poll;
            options.max_staleness = Duration::from_secs(60);
        };
        assert!(refusal(poll).contains("more than poll_interval"));
    }

    #[test]
    fn an_issuer_is_https_or_on_loopback() {
        for issuer in
            ["https://id.example.com", "https://id.example.com/tenant/", "http://localhost:8080", "http://[::1]:1"]
        {
            assert!(is_safe_url(issuer), "{issuer}");
        }
        for issuer in [
            "",
            "id.example.com",
            "http://id.example.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "https://id.example.com?x",
            "https://id.example.com#x",
            "https://user@id.example.com",
            "ftp://localhost",
            "file:///etc/passwd",
        ] {
            assert!(!is_safe_url(issuer), "{issuer}");
        }
        assert!(refusal(|options| options.issuer = "http://id.example.com".to_owned()).contains("loopback"));
    }

    #[cfg(feature = "web")]
    #[test]
    fn web_mode_needs_a_url_and_a_good_secret() {
        let web = |change: fn(&mut WebOptions)| {
            let mut options = WebOptions { secrets: vec!["s".repeat(32)], ..WebOptions::default() };
            change(&mut options);
            Options { base_url: Some("https://shop.example".to_owned()), web: Some(options), ..good() }
        };
        assert_eq!(web(|_| {}).check(), Ok(()));
        assert_eq!(
            Options { base_url: None, ..web(|_| {}) }.check(),
            Err(Misuse::Missing("base_url, which web mode needs,"))
        );
        let unsafe_url = Some("http://shop.example".to_owned());
        assert!(matches!(Options { base_url: unsafe_url, ..web(|_| {}) }.check(), Err(Misuse::BaseUrl(_))));
        assert_eq!(web(|web| web.secrets.clear()).check(), Err(Misuse::Missing("secret, which web mode needs,")));
        assert_eq!(web(|web| web.secrets.push("short".to_owned())).check(), Err(Misuse::Secret));
        assert_eq!(web(|web| web.scope = "profile".to_owned()).check(), Err(Misuse::Scope));
        assert_eq!(web(|web| web.idle = Duration::ZERO).check(), Err(Misuse::CookieTime));
    }

    #[cfg(feature = "web")]
    #[test]
    fn a_cookie_has_a_name_that_browsers_accept() {
        for name in ["shop", "__Host-shop", "__Secure-shop"] {
            assert!(is_cookie_name(name, true), "{name}");
        }
        assert!(is_cookie_name("shop", false));
        for name in ["", "a b", "a;b", "a=b", "a,b", "é", "\"a\""] {
            assert!(!is_cookie_name(name, true), "{name}");
        }
        for name in ["__Host-shop", "__host-shop", "__Secure-shop"] {
            assert!(!is_cookie_name(name, false), "{name}");
        }
    }

    #[test]
    fn without_access_rules_the_project_is_not_needed() {
        let options = Options { policy: false, project: None, ..good() };
        assert_eq!(options.check(), Ok(()));
    }
}
