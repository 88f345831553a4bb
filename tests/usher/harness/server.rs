//! A whole server for one test: real sockets, a clock that the test moves, and emails that it reads.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HOST, HeaderMap};
use reqwest::redirect::Policy;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use usher::app::router;
use usher::app::{Extensions, OsRandom, assemble_with};
use usher::jobs;
use usher_accounts::{NewClient, NewUser, RegisteredClient};
use usher_config::{Config, RunMode, SettingSources};
use usher_domain::id::ProjectId;
use usher_domain::oauth::client::ClientType;
use usher_domain::secret::Secret;
use usher_domain::time::{Clock, ManualClock, Timestamp};
use usher_domain::user::{Profile as Person, User};
use usher_flows::Usher;
use usher_http_server::client_certificate::{Authorities, CertificateSource};
use usher_http_server::extract::client_ip::TrustedProxies;
use usher_http_server::layers::ready::Gate;
use usher_http_server::server::Server;
use usher_http_server::slots::Limits;
use usher_mail::EmailMessage;
use usher_mail::caught::CaughtMail;
use usher_protocol::client::metadata::ClientMetadata;

use super::database::TestDatabase;
use super::signing_keys;

/// The password of every test user.
pub const PASSWORD: &str = "a quiet green door";
/// The initial time of every server.
pub const START: Timestamp = Timestamp(1_800_000_000);

/// A running server.
pub struct TestServer {
    /// The use cases, for test set-up.
    pub usher: Usher,
    /// The clock.
    pub clock: Arc<ManualClock>,
    /// The caught emails.
    pub caught: Arc<CaughtMail>,
    /// Its issuer, the URL of the first instance.
    pub url: String,
    /// The URL of this instance.
    origin: String,
    /// A client without redirects and cookies.
    pub http: reqwest::Client,
    /// Its database.
    pub database: TestDatabase,
    /// The project of the test clients.
    pub project: ProjectId,
    /// The project's token.
    pub project_token: String,
    extensions: Extensions,
    profile: RunMode,
    settings: Vec<(String, String)>,
    /// The folder of the master key, which all instances share.
    keys: Arc<TempDir>,
    open: Option<Open>,
}

/// A listening server: how to stop it, and when it has stopped.
struct Open {
    shutdown: oneshot::Sender<()>,
    /// The dispatcher runs until this is dropped.
    stop: DropGuard,
    dispatcher: JoinHandle<()>,
    closed: JoinHandle<()>,
}

impl TestServer {
    /// A server on SQLite with default settings.
    pub async fn start() -> Self {
        Self::on(TestDatabase::sqlite().await, &[]).await
    }

    /// A server that runs as `usher serve` does.
    pub async fn in_production(database: TestDatabase) -> Self {
        Self::in_production_with(database, &[]).await
    }

    /// The same with these settings.
    pub async fn in_production_with(database: TestDatabase, settings: &[(&str, &str)]) -> Self {
        Self::with(RunMode::Serve, database, settings).await
    }

    /// A server on this database, with these settings.
    pub async fn on(database: TestDatabase, settings: &[(&str, &str)]) -> Self {
        Self::with(RunMode::Dev, database, settings).await
    }

    async fn with(profile: RunMode, database: TestDatabase, settings: &[(&str, &str)]) -> Self {
        Self::with_extensions(Extensions::BUILT_IN, profile, database, settings).await
    }

    /// A server with these grant types and kinds of providers.
    pub async fn with_extensions(
        extensions: Extensions,
        profile: RunMode,
        database: TestDatabase,
        settings: &[(&str, &str)],
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let port = listener.local_addr().expect("it has an address").port();
        let url = format!("http://localhost:{port}");
        let clock = Arc::new(ManualClock::at(START));
        let keys = Arc::new(tempfile::tempdir().expect("there is room for a folder"));
        let settings: Vec<_> = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let caught = Arc::new(CaughtMail::new(clock.clone()));
        let usher = bootstrapped(extensions, profile, &url, &keys, &settings, &database, clock.clone()).await;
        let open = listen_on(&usher, &caught, listener);
        let made = usher.projects.create_project("Tests").await.expect("a project can be made");
        let (project, project_token) = (made.project.id, made.token);
        let (http, origin) = (http_client(HeaderMap::new()), url.clone());
        Self {
            usher,
            clock,
            caught,
            url,
            origin,
            http,
            database,
            project,
            project_token,
            extensions,
            profile,
            settings,
            keys,
            open: Some(open),
        }
    }

    /// Another instance: the same database, master key, settings and clock, and its own listener.
    pub async fn second_instance(&self) -> Self {
        let database = self.database.shared().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let origin = format!("http://localhost:{}", listener.local_addr().expect("it has an address").port());
        let usher = bootstrapped(
            self.extensions,
            self.profile,
            &self.url,
            &self.keys,
            &self.settings,
            &database,
            self.clock.clone(),
        )
        .await;
        let open = listen_on(&usher, &self.caught, listener);
        let host = self.url.trim_start_matches("http://").parse().expect("a host is a header value");
        Self {
            usher,
            clock: self.clock.clone(),
            caught: self.caught.clone(),
            url: self.url.clone(),
            origin,
            http: http_client(HeaderMap::from_iter([(HOST, host)])),
            database,
            project: self.project,
            project_token: self.project_token.clone(),
            extensions: self.extensions,
            profile: self.profile,
            settings: self.settings.clone(),
            keys: self.keys.clone(),
            open: Some(open),
        }
    }

    /// Stops the server, drops its memory and starts it again at the same URL on the same database.
    pub async fn restart(&mut self) {
        if let Some(Open { shutdown, closed, stop, dispatcher }) = self.open.take() {
            let _ = shutdown.send(());
            drop(stop);
            dispatcher.await.expect("the dispatcher stops in order");
            closed.await.expect("the server stops in order");
        }
        self.database.restart().await;
        let usher = bootstrapped(
            self.extensions,
            self.profile,
            &self.url,
            &self.keys,
            &self.settings,
            &self.database,
            self.clock.clone(),
        )
        .await;
        let address = self.origin.replace("http://localhost", "127.0.0.1");
        let listener = TcpListener::bind(address).await.expect("the port is still free");
        self.open = Some(listen_on(&usher, &self.caught, listener));
        self.usher = usher;
    }

    /// A URL of the server.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Moves the clock forward.
    pub fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A user named after the local part of the address, with [`PASSWORD`].
    pub async fn user(&self, email: &str) -> User {
        let name = email.split('@').next().unwrap_or_default().to_owned();
        let profile = Person { given_name: Some(name), family_name: Some("Souza".into()), ..Person::default() };
        let password = Some(Secret::from(PASSWORD));
        let new = NewUser { email: email.into(), password, admin: false, profile, locale: None };
        self.usher.users.create_user(new).await.expect("a user can be made")
    }

    /// A client of this type with the redirect URI `https://rp.test/cb`, and the test's changes.
    pub async fn client(&self, kind: ClientType, change: impl FnOnce(&mut ClientMetadata)) -> RegisteredClient {
        let mut metadata = kind.defaults();
        metadata.client_name = format!("Test {}", kind.as_str());
        if kind != ClientType::Machine {
            metadata.redirect_uris = vec!["https://rp.test/cb".into()];
            metadata.post_logout_redirect_uris = vec!["https://rp.test/out".into()];
        }
        change(&mut metadata);
        let new = NewClient { project: self.project, kind, metadata, id: None };
        self.usher.clients.create_client(new).await.expect("a client can be made")
    }

    /// A client like that of [`TestServer::client`], in a project of its own.
    pub async fn client_of_another_project(&self, kind: ClientType) -> RegisteredClient {
        let project = self.usher.projects.create_project("Others").await.expect("a project can be made").project.id;
        let mut metadata = kind.defaults();
        metadata.client_name = "Stranger".into();
        if kind != ClientType::Machine {
            metadata.redirect_uris = vec!["https://other.test/cb".into()];
        }
        self.usher
            .clients
            .create_client(NewClient { project, kind, metadata, id: None })
            .await
            .expect("a client can be made")
    }

    /// Sends queued emails and returns all that were caught so far, newest first.
    pub async fn emails(&self) -> Vec<EmailMessage> {
        while self.usher.email_queue.send_due_emails(&*self.caught).await.expect("the queue can be read") > 0 {}
        self.caught.list().iter().map(|caught| caught.email.clone()).collect()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            let _ = open.shutdown.send(());
        }
    }
}

async fn bootstrapped(
    extensions: Extensions,
    profile: RunMode,
    url: &str,
    keys: &TempDir,
    settings: &[(String, String)],
    database: &TestDatabase,
    clock: Arc<ManualClock>,
) -> Usher {
    let keys = keys.path().to_str().expect("a plain path");
    let listen = url.replace("http://localhost", "127.0.0.1");
    let config = config(profile, url, &listen, keys, settings);
    let made = assemble_with(extensions, config, database.store.clone(), clock, Arc::new(OsRandom::default())).await;
    let usher = made.expect("a server can be bootstrapped").0;
    signing_keys::lend(&usher).await;
    usher.signing_keys.tend_keys().await.expect("the keys can be taken up");
    usher
}

fn listen_on(usher: &Usher, caught: &Arc<CaughtMail>, listener: TcpListener) -> Open {
    let gate = Gate::default();
    gate.open();
    let config = &usher.core.config;
    let proxies = TrustedProxies::new(config.server.trusted_proxies.iter().copied());
    let ca = config.mutual_tls.ca.as_deref();
    let authorities = ca.map(|path| Authorities::from_pem(path, usher.core.clock.clone()).expect("authorities"));
    let certificates = CertificateSource { header: config.mutual_tls.header.clone(), authorities };
    let router = router::build(usher.clone(), Some(caught.clone()), gate);
    let (shutdown, ended) = oneshot::channel();
    let limits = Limits { farewell: Duration::ZERO, drain: Duration::from_secs(1), ..Limits::default() };
    let http_server = Server { listener, tls: None, limits, proxies, certificates };
    let serving = http_server.serve(router, async move { drop(ended.await) });
    let closed = tokio::spawn(async move { drop(serving.await) });
    let stop = CancellationToken::new();
    let job = jobs::all(None).into_iter().find(|job| job.name() == "tell_facts").expect("there is that job");
    let dispatcher = tokio::spawn(jobs::keep_at(job, usher.clone(), usher.core.random.handle(), stop.clone()));
    Open { shutdown, stop: stop.drop_guard(), dispatcher, closed }
}

/// A client without redirects and cookies.
fn http_client(always: HeaderMap) -> reqwest::Client {
    let client = reqwest::Client::builder().redirect(Policy::none()).default_headers(always).tls_certs_only([]);
    client.build().expect("a client can be made")
}

fn config(profile: RunMode, url: &str, listen: &str, keys: &str, settings: &[(String, String)]) -> Config {
    let usual = [
        ("issuer", url),
        ("listen", listen),
        ("keys.dir", keys),
        // The cheapest real hash: hashing is not the subject of these tests.
        ("passwords.memory_kib", "8"),
        ("passwords.iterations", "1"),
        ("demo.enabled", "false"),
    ];
    let settings = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let flags = usual.into_iter().chain(settings);
    Config::load(profile, SettingSources::of_flags(flags)).expect("the settings of a test are sound")
}
