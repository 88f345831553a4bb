//! The listener from the first moment: it responds with "starting" until the application is bootstrapped.

use std::sync::{Arc, OnceLock};

use anyhow::Context as _;
use axum::Router;
use axum::extract::Request;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use super::listen::listen;
use super::run::DRAIN;
use super::shutdown::Shutdown;
use super::source::{OsRandom, SystemClock};
use usher_config::Config;
use usher_http_server::client_certificate::{Authorities, CertificateSource};
use usher_http_server::extract::client_ip::TrustedProxies;
use usher_http_server::health::{self, Unready};
use usher_http_server::layers::deadline::Deadlines;
use usher_http_server::layers::ready::Gate;
use usher_http_server::layers::{self, ServerContext, host};
use usher_http_server::server::Server;
use usher_http_server::slots::Limits;
use usher_http_server::tls::Tls;

/// A bound listener that does not accept connections yet.
pub struct BoundServer {
    server: Server,
    /// Where TLS asks clients for certificates.
    mutual_tls: Option<Server>,
    starting: StartupServer,
}

/// A server that responds with "starting" until it is opened.
pub struct StartupServer {
    /// Closed until the application is bootstrapped; the full router uses the same gate.
    pub gate: Gate,
    full: Arc<OnceLock<Router>>,
    router: Router,
}

impl BoundServer {
    /// Binds the listener and reads the certificate.
    ///
    /// # Errors
    /// A message for the operator.
    pub async fn bind(config: &Config) -> anyhow::Result<Self> {
        let tls = config.server.tls().map(|(cert, key)| Tls::from_pem(cert, key)).transpose().context("tls")?;
        let listener = listen(config.server.listen, "Usher itself", "USHER_LISTEN").await?;
        let certificates = certificates(config)?;
        let proxies = TrustedProxies::new(config.server.trusted_proxies.iter().copied());
        let limits = Limits {
            connections: config.limits.connections,
            connections_per_source: config.limits.connections_per_source(),
            drain: DRAIN,
            ..Limits::default()
        };
        let gate = Gate::default();
        let context = ServerContext {
            issuer: config.server.issuer.url().clone(),
            mutual_tls: config.mutual_tls.url.as_ref().map(|issuer| issuer.url().clone()),
            random: Arc::new(OsRandom::default()),
            proxies: proxies.clone(),
            other_host: host::refuse_other_host(),
            problem_page: None,
            gate: gate.clone(),
            deadlines: Deadlines::default(),
        };
        let router = layers::wrap(health::routes(|| async { Err(Unready("starting")) }), context);
        let starting = StartupServer { gate, full: Arc::default(), router };
        let mutual_tls = match (config.mutual_tls.listen, config.server.tls()) {
            (Some(address), Some((cert, key))) => Some(Server {
                listener: listen(address, "clients with certificates", "USHER_MTLS__LISTEN").await?,
                tls: Some(Tls::asking_for_certificates(cert, key).context("tls")?),
                limits,
                proxies: proxies.clone(),
                certificates: certificates.clone(),
            }),
            _ => None,
        };
        Ok(Self { server: Server { listener, tls, limits, proxies, certificates }, mutual_tls, starting })
    }

    /// Starts serving, with "starting" at first, as one of `tasks`.
    pub fn serve(self, tasks: &mut JoinSet<anyhow::Result<()>>, shutdown: &Shutdown) -> StartupServer {
        let Self { server, mutual_tls, starting } = self;
        let (full, before) = (starting.full.clone(), starting.router.clone());
        let either = move |request: Request| {
            let router = full.get().unwrap_or(&before).clone();
            router.oneshot(request)
        };
        let router = Router::new().fallback_service(tower::service_fn(either));
        for server in [Some(server), mutual_tls].into_iter().flatten() {
            let (router, requested) = (router.clone(), shutdown.requested.clone().cancelled_owned());
            tasks.spawn(async move { server.serve(router, requested).await.context("the listener") });
        }
        starting
    }
}

/// Where certificates of clients come from.
fn certificates(config: &Config) -> anyhow::Result<CertificateSource> {
    let settings = &config.mutual_tls;
    let authorities = settings.ca.as_deref().map(|path| Authorities::from_pem(path, Arc::new(SystemClock)));
    Ok(CertificateSource { header: settings.header.clone(), authorities: authorities.transpose().context("mtls.ca")? })
}

impl StartupServer {
    /// Serves the full router from now on.
    pub fn open(self, router: Router) {
        // Only this call sets it, and it takes `self`: it cannot have been set before.
        let _ = self.full.set(router.with_state(()));
        self.gate.open();
    }
}
