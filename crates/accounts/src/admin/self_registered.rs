//! Clients that register themselves: they are kept like all others, in a project of their own unless they belong to one.

use super::clients::Clients;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::secret_hash;
use usher_domain::event::EventKind;
use usher_domain::id::ClientId;
use usher_domain::oauth::client::{Client, ClientType};
use usher_domain::oauth::client_origin::{SHARED_PROJECT, SHARED_PROJECT_NAME, SelfRegistration};
use usher_domain::project::Project;
use usher_domain::time::Timestamp;
use usher_protocol::client::metadata::ClientMetadata;
use usher_storage::{StorageError, Tx};

/// Clients in one run of the sweep.
const SWEPT_AT_ONCE: u32 = 100;

impl Clients {
    /// Checks what software says of itself by the rules for every client.
    ///
    /// # Errors
    /// [`Rejected::Metadata`] with every fault.
    pub fn checked_description(&self, metadata: ClientMetadata) -> Result<ClientMetadata, Rejected> {
        self.checked_metadata(metadata)
    }

    /// Adds a client that registered itself. [`StorageError::Conflict`] if it exists.
    pub async fn insert_self_registered(
        &self,
        tx: &mut Tx,
        client: &Client,
        registration: &SelfRegistration,
    ) -> Result<(), StorageError> {
        if client.project_id == SHARED_PROJECT && !tx.lock_project(SHARED_PROJECT).await? {
            self.insert_shared_project(tx).await?;
        }
        tx.insert_client(client).await?;
        tx.insert_client_registration(registration).await?;
        let event = self.core.event(EventKind::CLIENT_CREATED).with_client(&client.id).with_project(client.project_id);
        tx.append(&event.with("origin", client.origin.as_str())).await
    }

    /// The project of clients that belong to no other. Nobody has its token.
    async fn insert_shared_project(&self, tx: &mut Tx) -> Result<(), StorageError> {
        let (created_at, name) = (self.core.now(), SHARED_PROJECT_NAME.to_owned());
        let project = Project { id: SHARED_PROJECT, name, created_at, required_acr: None };
        let token_hash = secret_hash(&self.core.random.token());
        tx.insert_project(&project, &token_hash).await?;
        tx.append(&self.core.event(EventKind::PROJECT_CREATED).with_project(SHARED_PROJECT)).await
    }

    /// Replaces what a client says of itself. If more than its name changes, people are asked for consent again: they
    /// allowed what it was before.
    pub async fn describe_anew(
        &self,
        tx: &mut Tx,
        stored: &Client,
        kind: ClientType,
        metadata: &ClientMetadata,
        changed: &[String],
    ) -> Result<(), StorageError> {
        tx.set_client_description(&stored.id, kind, metadata, self.core.now()).await?;
        let asks_again = changed.iter().any(|member| member != "client_name");
        if asks_again {
            tx.delete_consents_of_client(&stored.id).await?;
        }
        let event = self.core.event(EventKind::CLIENT_UPDATED).with_client(&stored.id).with_project(stored.project_id);
        tx.append(&event.with("changed", changed).with("consents_dropped", asks_again)).await
    }

    /// Notes that an administrator vouches for a client that registered itself, or no longer does.
    ///
    /// # Errors
    /// [`Rejected::NotFound`], [`Rejected::NotSelfRegistered`].
    pub async fn set_client_trusted(&self, id: &ClientId, trusted: bool) -> Result<Client, FlowError> {
        let kind = if trusted { EventKind::CLIENT_TRUSTED } else { EventKind::CLIENT_DISTRUSTED };
        let (now, event) = (self.core.now(), self.core.event(kind).with_client(id));
        let mut tx = self.core.store.begin().await?;
        let client = tx.lock_client(id).await?.ok_or(Rejected::NotFound("client"))?;
        if !client.origin.is_self_registered() {
            return Err(Rejected::NotSelfRegistered.into());
        }
        if client.trusted_at.is_some() == trusted {
            return Ok(client);
        }
        let trusted_at = trusted.then_some(now);
        tx.set_client_trusted(id, trusted_at, now).await?;
        tx.append(&event.with_project(client.project_id)).await?;
        tx.commit().await?;
        self.cache.invalidate(id);
        Ok(Client { trusted_at, updated_at: now, ..client })
    }

    /// Deletes clients that registered themselves and are not used. Returns how many.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sweep_unused_clients(&self, before: Timestamp, unwanted: Timestamp) -> Result<usize, FlowError> {
        let unused = self.core.store.list_unused_clients(before, unwanted, SWEPT_AT_ONCE).await?;
        for id in &unused {
            let mut tx = self.core.store.begin().await?;
            // It may have been used, or allowed by somebody, meanwhile.
            let found = tx.lock_client(id).await?.is_some();
            if found && tx.is_client_unused(id, before, unwanted).await? && self.remove_client(&mut tx, id).await? {
                tx.commit().await?;
                self.cache.invalidate(id);
            }
        }
        Ok(unused.len())
    }
}
