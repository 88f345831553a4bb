//! `usher sim`: the upstream simulator with the system's clock and random numbers.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use tokio::net::TcpListener;

use super::shutdown::Shutdown;
use super::source::{OsRandom, SystemClock};
use usher_domain::random::Random as _;
use usher_domain::time::Clock as _;
use usher_sim::{Sim, SimContext};

/// Starts the simulator on `listener`.
///
/// # Errors
/// If the socket is not on the loopback interface, or no keys can be made.
pub async fn start_simulator(listener: TcpListener) -> io::Result<Sim> {
    let random = OsRandom::default();
    let context =
        SimContext { now: Arc::new(|| SystemClock.now().0), random: Arc::new(move |buffer| random.fill(buffer)) };
    Sim::start(listener, context).await
}

/// Runs the simulator until shutdown. `ready` gets the origin once it responds.
///
/// # Errors
/// A message for the operator: the port is in use, or signal handlers cannot be installed.
pub async fn simulate(address: SocketAddr, ready: impl FnOnce(&str)) -> anyhow::Result<()> {
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(cause) if cause.kind() == ErrorKind::AddrInUse => {
            bail!("port {} is taken: choose another with --port PORT (0 takes a free one)", address.port())
        }
        Err(cause) => bail!("cannot listen on {address}: {cause}"),
    };
    let shutdown = Shutdown::on_signals().context("signals")?;
    let sim = start_simulator(listener).await.context("the simulator")?;
    ready(sim.origin());
    shutdown.requested.cancelled().await;
    sim.shutdown().await;
    Ok(())
}
