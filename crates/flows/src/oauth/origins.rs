//! The web origins that may call this server from a browser: those that clients have registered. And those that may do
//! so with Usher's own cookie: the origins of first-party clients.

use crate::oauth::registered_origins::OriginCache;
use std::sync::Arc;
use std::time::Duration;
use usher_accounts::core::Core;

use crate::oauth::registered_origins::RegisteredOrigins;
use usher_accounts::error::FlowError;
use usher_domain::page::MAX_PAGE;
use usher_protocol::authorize::redirect_uri;

/// How long the list is cached.
const MEMORY: Duration = Duration::from_secs(5);

/// Web origins of registered clients.
pub struct ClientOrigins {
    pub(crate) core: Arc<Core>,
    /// Recently read origins.
    pub(crate) cache: OriginCache,
}

impl ClientOrigins {
    /// May scripts of this origin call the client endpoints?
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_client_origin(&self, origin: &str) -> Result<bool, FlowError> {
        let registered = self.registered_origins().await?;
        Ok(registered.origins.contains(origin) || registered.any_localhost && redirect_uri::is_localhost(origin))
    }

    /// Is this the origin of a first-party application, whose scripts may use the user's cookie?
    ///
    /// A client with `any_localhost_redirect` is the developer's own: only `usher dev` creates one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_first_party_origin(&self, origin: &str) -> Result<bool, FlowError> {
        let registered = self.registered_origins().await?;
        Ok(registered.first_party.contains(origin) || registered.any_localhost && redirect_uri::is_localhost(origin))
    }

    async fn registered_origins(&self) -> Result<Arc<RegisteredOrigins>, FlowError> {
        let now = self.core.now();
        // Callers that arrive while the list is being read wait for it, so that it is read once.
        let mut known = self.cache.0.lock().await;
        if let Some((since, registered)) = &*known
            && now < *since + MEMORY
        {
            return Ok(registered.clone());
        }
        let fresh = Arc::new(self.read_origins().await?);
        *known = Some((now, fresh.clone()));
        Ok(fresh)
    }

    async fn read_origins(&self) -> Result<RegisteredOrigins, FlowError> {
        let (mut registered, mut after) = (RegisteredOrigins::default(), String::new());
        loop {
            let clients = self.core.store.list_all_clients(&after, MAX_PAGE).await?;
            let Some(last) = clients.last() else { return Ok(registered) };
            after.clone_from(&last.id.0);
            for client in clients.iter().filter(|client| client.is_active()) {
                registered.any_localhost |= client.metadata.any_localhost_redirect;
                for origin in client.origins() {
                    // `capacitor://localhost` is the origin of every application of its kind: never with cookies.
                    if client.skips_consent() && origin.starts_with("http") {
                        registered.first_party.insert(origin.clone());
                    }
                    registered.origins.insert(origin);
                }
            }
        }
    }
}
