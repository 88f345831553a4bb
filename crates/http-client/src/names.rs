//! Name resolution that returns only permitted addresses: the connection is made to exactly these.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::Addresses;
use super::error::OutOfBounds;

/// The addresses of a name, or an error.
pub type LookupResult = io::Result<Vec<IpAddr>>;

/// A resolver.
pub trait Resolver: Send + Sync + 'static {
    /// Resolves `name`.
    fn look_up(&self, name: String) -> BoxFuture<'static, LookupResult>;
}

/// The system's resolver.
#[derive(Debug, Clone, Copy)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn look_up(&self, name: String) -> BoxFuture<'static, LookupResult> {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect()) })
    }
}

/// Passes on only permitted addresses.
#[derive(Clone)]
pub(super) struct PermittedResolver {
    names: Arc<dyn Resolver>,
    addresses: Arc<Addresses>,
}

impl PermittedResolver {
    pub(super) fn new(names: Arc<dyn Resolver>, addresses: Arc<Addresses>) -> Self {
        Self { names, addresses }
    }
}

impl Resolve for PermittedResolver {
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
