//! The local modules that are connected to a project: their names, and what they have when they are up to date.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::policy::Policies;
use usher_accounts::admin::clients::Clients;
use usher_accounts::core::Core;
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::id::{ClientId, ProjectId};

/// What a module has when it is up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewestState {
    /// The newest position of the project's feed.
    pub position: i64,
    /// The revision of the published access rules, if there are any.
    pub policy_revision: Option<i64>,
}

/// The local modules of projects.
pub struct LocalModules {
    pub(crate) core: Arc<Core>,
    pub(crate) clients: Arc<Clients>,
    pub(crate) policies: Arc<Policies>,
}

impl LocalModules {
    /// # Errors
    /// [`Rejected::NotFound`] if the project was deleted.
    pub async fn newest_state(&self, project: ProjectId) -> Result<NewestState, FlowError> {
        let place = self.core.store.feed_place(project).await?.ok_or(Rejected::NotFound("project"))?;
        let policy_revision = self.policies.policy_tag(project).await?.map(|(revision, _)| revision);
        Ok(NewestState { position: place.position, policy_revision })
    }

    /// The names of local modules by their clients.
    pub async fn names(
        &self,
        project: ProjectId,
        clients: BTreeSet<Option<ClientId>>,
    ) -> Result<BTreeMap<Option<ClientId>, String>, FlowError> {
        let mut names = BTreeMap::new();
        for client in clients {
            let name = self.name(project, client.as_ref()).await?;
            names.insert(client, name);
        }
        Ok(names)
    }

    /// The name of a local module: that of its client, or of the project for a project's token.
    async fn name(&self, project: ProjectId, client: Option<&ClientId>) -> Result<String, FlowError> {
        if let Some(id) = client {
            let client = self.clients.find_client(id).await?;
            return Ok(client.map_or_else(|| id.0.clone(), |client| client.metadata.client_name.clone()));
        }
        let project = self.core.store.find_project(project).await?;
        Ok(project.map(|project| project.name).unwrap_or_default())
    }
}
