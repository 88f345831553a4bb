//! The simulated providers for the buttons of `usher dev`.
//!
//! The port is the same at every start, if it is free, because identities contain their issuer's URL. The ports that
//! were used are stored, so that providers a developer has configured otherwise do not change.

use std::io;
use std::net::Ipv4Addr;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use url::Url;

use crate::app::shutdown::Shutdown;
use crate::app::simulate::start_simulator;
use usher_accounts::FlowError;
use usher_accounts::upstream::NewProvider;
use usher_domain::provider::{ProviderKind, ProviderSettings};
use usher_domain::secret::Secret;
use usher_flows::Usher;
use usher_sim::{CLIENT_ID, CLIENT_SECRET, SimProvider};
use usher_storage::Result as Stored;

/// The name of the stored first port.
const FIRST_PORT: &str = "simulator";

/// The simulated providers that `usher dev` offers.
fn offered() -> impl Iterator<Item = SimProvider> {
    SimProvider::all().filter(|provider| provider.is_in_dev())
}

/// Starts the simulator as one of `tasks` and configures the providers for it; returns their names and its origin.
///
/// # Errors
/// A message for the operator.
pub async fn start(
    usher: &Usher,
    tasks: &mut JoinSet<anyhow::Result<()>>,
    shutdown: &Shutdown,
) -> anyhow::Result<[String; 2]> {
    let listener = bind(usher).await.context("the simulator of providers")?;
    let sim = start_simulator(listener).await.context("the simulator of providers")?;
    for provider in offered() {
        if let Ok(kind) = usher.providers.kinds().named(provider.segment()) {
            wire(usher, kind, sim.base_url(provider)).await?;
        }
    }
    let (origin, requested) = (sim.origin().to_owned(), shutdown.requested.clone().cancelled_owned());
    tasks.spawn(async move {
        requested.await;
        sim.shutdown().await;
        Ok(())
    });
    let names: Vec<&str> = offered().map(SimProvider::name).collect();
    Ok([names.join(", "), origin])
}

/// Binds the first port that was ever used, or another one if that is in use.
async fn bind(usher: &Usher) -> anyhow::Result<TcpListener> {
    let first =
        usher.core.store.find_value(FIRST_PORT).await?.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
    let bound = match first {
        Some(port) => TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await,
        None => Err(io::ErrorKind::NotFound.into()),
    };
    let listener = match bound {
        Ok(listener) => listener,
        Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?,
    };
    let port = listener.local_addr()?.port();
    let mut tx = usher.core.store.begin().await?;
    tx.set_value_once(FIRST_PORT, port.to_string().as_bytes()).await?;
    tx.set_value_once(&fact_of(port), b"").await?;
    tx.commit().await?;
    Ok(listener)
}

/// The name under which the use of a port is stored.
fn fact_of(port: u16) -> String {
    format!("{FIRST_PORT}:{port}")
}

/// Configures the provider of that kind for the simulator, unless it is configured otherwise.
async fn wire(usher: &Usher, kind: &ProviderKind, base_url: String) -> Result<(), FlowError> {
    let fresh = ProviderSettings::new(kind.default_id(), kind, CLIENT_ID);
    let known = usher.core.store.list_providers().await?.into_iter().find(|known| known.settings.id == fresh.id);
    let settings = match known {
        None => fresh,
        Some(known) if !known.managed && is_ours(usher, &known.settings).await? => known.settings,
        Some(_) => return Ok(()),
    };
    let settings = ProviderSettings { base_url: Some(base_url), ..settings };
    let new = NewProvider { settings, secret: Some(Secret::from(CLIENT_SECRET)), managed: false };
    usher.providers.put_provider(new).await.map(drop)
}

/// Is the provider configured for a simulator that `usher dev` started?
pub(in crate::app) async fn is_ours(usher: &Usher, settings: &ProviderSettings) -> Stored<bool> {
    let port = settings.base_url.as_deref().filter(|_| settings.client_id == CLIENT_ID).and_then(port_here);
    match port {
        Some(port) => Ok(usher.core.store.find_value(&fact_of(port)).await?.is_some()),
        None => Ok(false),
    }
}

/// The port in a URL of the simulator.
fn port_here(base_url: &str) -> Option<u16> {
    let url = Url::parse(base_url).ok()?;
    url.port().filter(|_| url.scheme() == "http" && url.host_str() == Some("127.0.0.1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_of_a_simulator_has_a_port_of_ours() {
        assert_eq!(port_here("http://127.0.0.1:9400/google"), Some(9400));
        for other in ["https://127.0.0.1:9400/google", "http://localhost:9400", "http://10.0.0.1:1", "", "google"] {
            assert_eq!(port_here(other), None, "{other}");
        }
    }
}
