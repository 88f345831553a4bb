//! The upstream providers, simulated: Google, Facebook, X, GitHub, Apple, Microsoft and a plain OpenID provider.
//!
//! The crate does not depend on other crates of Usher, and gets time and random numbers from its caller. It listens on
//! the loopback interface only, and is as strict as the real providers, so that a client that works here works there.
//! One prefix stands for all hosts of a provider, and the paths under it are those of the provider (each file has its
//! table): `{origin}/{google,facebook,x,github,apple,microsoft/{tid},oidc}` is a provider's base URL.
//!
//! The client is `sim` with the secret `sim-secret`, and every redirect URI on this machine is registered for it.
//! `login_hint=persona:NAME` or `persona:NAME:EMAIL` signs a user in without a page. Under `/_sim/` tests set switches
//! (`faults`), move the clock (`clock`), change keys (`rotate`), make providers send events (`send`) and read the
//! requests (`requests`).

mod apple;
mod bounded_map;
mod clock;
mod control;
mod digest;
mod facebook;
mod faults;
mod github;
mod google;
mod grants;
mod id_token;
mod journal;
mod keys;
mod login;
mod microsoft;
mod oidc;
mod page;
mod parameters;
mod personas;
mod provider;
mod request;
mod senders;
mod serve;
mod x;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use tokio::{net::TcpListener, task::JoinHandle};

use clock::SimClock;
pub use clock::{FillFn, NowFn, SimContext};
use faults::FaultSwitches;
use grants::SimGrants;
use journal::Journal;
use keys::SimKeys;
pub use page::{CLIENT_ID, CLIENT_SECRET, OTHER_CLIENT};
pub use personas::LISTED as PEOPLE;
pub use provider::SimProvider;
use provider::SimulatedProvider;

/// Every provider, in the order of the simulator's page.
const PROVIDERS: &[&SimulatedProvider] = &[
    &google::SIMULATED,
    &facebook::SIMULATED,
    &x::SIMULATED,
    &github::SIMULATED,
    &apple::SIMULATED,
    &microsoft::SIMULATED,
    &oidc::SIMULATED,
];

/// The state of the simulator.
#[derive(Debug)]
struct Simulator {
    origin: String,
    clock: SimClock,
    keys: SimKeys,
    faults: FaultSwitches,
    journal: Journal,
    grants: Mutex<SimGrants>,
}

impl Simulator {
    /// The base URL of a provider.
    fn base(&self, provider: SimProvider) -> String {
        format!("{}/{}", self.origin, provider.segment())
    }

    /// Codes and tokens. The lock must be held briefly.
    fn grants(&self) -> MutexGuard<'_, SimGrants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running simulator; it stops when dropped.
#[derive(Debug)]
pub struct Sim {
    origin: String,
    task: JoinHandle<()>,
}

impl Sim {
    /// Serves on `listener`, with time and random numbers of `context`. The first one of a process makes keys,
    /// which takes some tenths of a second.
    ///
    /// # Errors
    /// `InvalidInput` if the socket is not on the loopback interface; others if it has no address or no key can be
    /// made.
    pub async fn start(listener: TcpListener, context: SimContext) -> io::Result<Self> {
        let address = listener.local_addr()?;
        if !address.ip().is_loopback() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the simulator answers on the loopback alone"));
        }
        tokio::task::spawn_blocking(SimKeys::prepare).await.map_err(io::Error::other)??;
        let origin = format!("http://{address}");
        let sim = Arc::new(Simulator {
            origin: origin.clone(),
            clock: SimClock::new(context),
            keys: SimKeys::default(),
            faults: FaultSwitches::default(),
            journal: Journal::default(),
            grants: Mutex::default(),
        });
        let router = router(sim.clone());
        let task = tokio::spawn(serve::serve(listener, sim, router));
        Ok(Self { origin, task })
    }

    /// Its origin, without a trailing slash: `http://127.0.0.1:9400`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The base URL of a provider; for Microsoft that of the tenant `common`.
    pub fn base_url(&self, provider: SimProvider) -> String {
        format!("{}{}", self.origin, provider.path())
    }

    /// Closes all connections and the socket.
    pub async fn shutdown(mut self) {
        self.task.abort();
        // An aborted task is no error here.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn router(sim: Arc<Simulator>) -> Router {
    let of_providers =
        |router: Router<_>, provider: SimProvider| router.nest(&format!("/{}", provider.segment()), provider.routes());
    SimProvider::all()
        .fold(Router::new(), of_providers)
        .route("/", get(async |State(sim): State<Arc<Simulator>>| page::home(&sim)))
        .route("/_sim/faults", get(faults::get).post(faults::post).delete(faults::delete))
        .route("/_sim/requests", get(journal::get).delete(journal::delete))
        .route("/_sim/clock", post(control::clock))
        .route("/_sim/rotate", post(control::rotate))
        .route("/_sim/send", post(senders::post))
        .route(serve::ELSEWHERE, get(serve::elsewhere).post(serve::elsewhere))
        .route("/_sim/sim.css", get(page::stylesheet))
        .route("/_sim/submit.js", get(page::script))
        .fallback(nowhere)
        .with_state(sim)
}

async fn nowhere() -> (StatusCode, Response) {
    use axum::response::IntoResponse as _;
    (StatusCode::NOT_FOUND, "the simulator has no such address\n".into_response())
}
