//! Name resolution that returns only permitted addresses: the connection is made to exactly these.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::Addresses;
use super::error::OutOfBounds;

/// The addresses of a name, or an error.
pub type Found = io::Result<Vec<IpAddr>>;

/// A resolver.
pub trait Names: Send + Sync + 'static {
    /// Resolves `name`.
    fn look_up(&self, name: String) -> BoxFuture<'static, Found>;
}

/// The system's resolver.
#[derive(Debug, Clone, Copy)]
pub struct SystemNames;

impl Names for SystemNames {
    fn look_up(&self, name: String) -> BoxFuture<'static, Found> {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect()) })
    }
}

/// Passes on only permitted addresses.
#[derive(Clone)]
pub(super) struct Vetted {
    names: Arc<dyn Names>,
    addresses: Arc<Addresses>,
}

impl Vetted {
    pub(super) fn new(names: Arc<dyn Names>, addresses: Arc<Addresses>) -> Self {
        Self { names, addresses }
    }
}

impl Resolve for Vetted {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, addresses) = (self.names.look_up(name.as_str().to_owned()), Arc::clone(&self.addresses));
        Box::pin(async move {
            let vetted: Vec<SocketAddr> = found
                .await?
                .into_iter()
                .filter(|address| addresses.permits(*address))
                // The client fills in the port of the URL.
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if vetted.is_empty() {
                return Err(OutOfBounds.into());
            }
            Ok(Box::new(vetted.into_iter()) as Addrs)
        })
    }
}
