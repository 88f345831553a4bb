//! Usher's own client: sessions of the session API in token mode hold a grant of it, so that rotation, reuse
//! detection, introspection and revocation work as for any other tokens.
//!
//! It is created when it is first needed, in a project of its own whose token nobody has, and cannot be changed.

use crate::api::caller::Callers;
use std::sync::Arc;

use uuid::Uuid;

use usher_accounts::error::{FlowError, Internal};
use usher_accounts::login::accounts::secret_hash;
use usher_domain::event::EventKind;
use usher_domain::id::{ClientId, ProjectId};
use usher_domain::oauth::client::{Client, ClientType};
use usher_domain::oauth::client_origin::ClientOrigin;
use usher_domain::oauth::first_party_client::{ACCOUNT_SCOPE, FIRST_PARTY_CLIENT};
use usher_domain::project::Project;
use usher_protocol::client::metadata::{AuthMethod, ClientMetadata};
use usher_protocol::scope::Scope;
use usher_storage::StorageError;

/// Its project. The same id on every server, so that simultaneous creation is detected.
const PROJECT: ProjectId = ProjectId(Uuid::from_u128(1));

impl Callers {
    /// Usher's own client, created if it does not exist.
    pub(super) async fn first_party_client(&self) -> Result<Arc<Client>, FlowError> {
        let id = ClientId(FIRST_PARTY_CLIENT.to_owned());
        if let Some(client) = self.clients.find_client(&id).await? {
            return Ok(client);
        }
        match self.create_first_party_client(id.clone()).await {
            // Another instance was faster.
            Ok(()) | Err(StorageError::Conflict) => {}
            Err(other) => return Err(other.into()),
        }
        self.clients.find_client(&id).await?.ok_or_else(|| Internal::from(StorageError::Conflict).into())
    }

    async fn create_first_party_client(&self, id: ClientId) -> Result<(), StorageError> {
        let now = self.core.now();
        let project = Project { id: PROJECT, name: "Usher".to_owned(), created_at: now, required_acr: None };
        let client = Client {
            id,
            project_id: PROJECT,
            kind: ClientType::Native,
            metadata: metadata(),
            secrets: Vec::new(),
            created_at: now,
            updated_at: now,
            disabled_at: None,
            origin: ClientOrigin::Managed,
            trusted_at: None,
            project_acr: None,
        };
        // Generated and discarded: nobody can use this project's token.
        let token_hash = secret_hash(&self.core.random.token());
        let made = self.core.event(EventKind::PROJECT_CREATED).with_project(PROJECT);
        let created = self.core.event(EventKind::CLIENT_CREATED).with_client(&client.id).with_project(PROJECT);
        let mut tx = self.core.store.begin().await?;
        tx.insert_project(&project, &token_hash).await?;
        tx.insert_client(&client).await?;
        tx.append(&made).await?;
        tx.append(&created).await?;
        tx.commit().await
    }
}

/// It supports refreshing only: no authorization requests and no consent.
fn metadata() -> ClientMetadata {
    ClientMetadata {
        client_name: "Usher".to_owned(),
        grant_types: vec!["refresh_token".to_owned()],
        response_types: Vec::new(),
        token_endpoint_auth_method: AuthMethod::None,
        scope: Scope::of([ACCOUNT_SCOPE]),
        id_token_signed_response_alg: "ES256".to_owned(),
        first_party: true,
        ..ClientMetadata::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::grants::GRANTS;

    #[test]
    fn its_metadata_is_sound_and_lets_nobody_be_sent_to_it() {
        let metadata = metadata();
        assert_eq!(metadata.check(&GRANTS.iter().map(|row| row.grant_type).collect::<Vec<_>>()), Ok(()));
        assert!(metadata.redirect_uris.is_empty() && !metadata.may_use("authorization_code"));
    }
}
