//! Clients of other projects that may ask for tokens for an API, after its owner has allowed it.

use super::Apis;
use super::manage::unknown;
use crate::error::{FlowError, Rejected};
use usher_domain::event::EventKind;
use usher_domain::id::ClientId;
use usher_domain::oauth::api::{AllowedClient, Api, ApiFault, MAX_ALLOWED_CLIENTS};
use usher_protocol::scope::Scope;

impl Apis {
    /// Allows a client of another project to ask for tokens for an API, with these scopes or all. Allowing it again
    /// changes the scopes.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] for the client or the API, [`Rejected::Api`] for a client of the API's own project or a
    /// scope that the API does not have, [`Rejected::TooManyApiClients`].
    pub async fn allow_client(
        &self,
        api: &Api,
        client: &str,
        scope: Option<Scope>,
    ) -> Result<AllowedClient, FlowError> {
        let id: ClientId = client.parse().map_err(|_| Rejected::NotFound("client"))?;
        let mut event = self.api_event(EventKind::API_CLIENT_ALLOWED, api).with_client(&id);
        if let Some(scope) = &scope {
            event = event.with("scope", scope.to_string());
        }
        let mut tx = self.core.store.begin().await?;
        let api = tx.lock_api(api.project_id, api.id).await?.ok_or_else(unknown)?;
        let client = tx.find_client(&id).await?.ok_or(Rejected::NotFound("client"))?;
        if client.project_id == api.project_id {
            return Err(fault("client_id", "is a client of the API's own project, which needs no permission"));
        }
        if scope.as_ref().is_some_and(|scope| !scope.is_subset_of(&api.settings.scope())) {
            return Err(fault("scope", "names a scope that the API does not have"));
        }
        if tx.count_api_clients(api.id).await? >= MAX_ALLOWED_CLIENTS {
            return Err(Rejected::TooManyApiClients.into());
        }
        let allowed = AllowedClient { client_id: id, scope, since: self.core.now() };
        tx.allow_api_client(api.id, &allowed).await?;
        tx.append(&event).await?;
        tx.commit().await?;
        Ok(allowed)
    }

    /// Takes the permission back. What the client was issued for the project's APIs is no longer valid.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn disallow_client(&self, api: &Api, client: &str) -> Result<(), FlowError> {
        let id: ClientId = client.parse().map_err(|_| Rejected::NotFound("client"))?;
        let event = self.api_event(EventKind::API_CLIENT_REMOVED, api).with_client(&id);
        let mut tx = self.core.store.begin().await?;
        if !tx.lock_project(api.project_id).await? || !tx.disallow_api_client(api.id, &id).await? {
            return Err(Rejected::NotFound("client that is allowed").into());
        }
        self.core.append_with_entry(&mut tx, event).await?;
        Ok(tx.commit().await?)
    }

    /// The clients of other projects that may ask for an API.
    pub async fn list_allowed_clients(&self, api: &Api) -> Result<Vec<AllowedClient>, FlowError> {
        Ok(self.core.store.list_allowed_clients(api.id).await?)
    }
}

fn fault(field: &'static str, why: &str) -> FlowError {
    Rejected::Api(vec![ApiFault::new(field, why)]).into()
}
