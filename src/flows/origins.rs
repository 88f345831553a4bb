//! Which web origins may call the token endpoint from a browser: those that clients have registered.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::error::FlowError;
use super::usher::Usher;
use crate::domain::page::MAX_PAGE;
use crate::domain::time::Timestamp;
use crate::protocol::redirect_uri;

/// How long the list is believed.
const MEMORY: Duration = Duration::from_secs(5);

/// The registered origins, as they were at some moment.
#[derive(Debug, Default)]
pub(super) struct Origins(Mutex<Option<(Timestamp, Arc<Registered>)>>);

#[derive(Debug, Default)]
struct Registered {
    origins: HashSet<String>,
    any_localhost: bool,
}

impl Usher {
    /// May scripts of this origin call the endpoints that clients call?
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn is_client_origin(&self, origin: &str) -> Result<bool, FlowError> {
        let now = self.now();
        // Whoever comes while the list is being read waits for it, so that many askers cost one reading.
        let mut known = self.origins.0.lock().await;
        let registered = match &*known {
            Some((since, registered)) if now < *since + MEMORY => registered.clone(),
            _ => {
                let fresh = Arc::new(self.read_origins().await?);
                *known = Some((now, fresh.clone()));
                fresh
            }
        };
        drop(known);
        Ok(registered.origins.contains(origin) || registered.any_localhost && redirect_uri::is_localhost(origin))
    }

    async fn read_origins(&self) -> Result<Registered, FlowError> {
        let (mut registered, mut after) = (Registered::default(), String::new());
        loop {
            let clients = self.store.list_all_clients(&after, MAX_PAGE).await?;
            let Some(last) = clients.last() else { return Ok(registered) };
            after.clone_from(&last.id.0);
            for client in clients.iter().filter(|client| client.is_active()) {
                registered.any_localhost |= client.metadata.any_localhost_redirect;
                registered
                    .origins
                    .extend(client.metadata.redirect_uris.iter().filter_map(|uri| redirect_uri::origin(uri)));
            }
        }
    }
}
