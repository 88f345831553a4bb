//! What projects decide about sign-in to their clients: who may make an account, and what is offered.

use std::sync::Arc;

use crate::core::Core;
use crate::error::{FlowError, Rejected};
use usher_domain::event::EventKind;
use usher_domain::id::ProjectId;
use usher_domain::oauth::interaction::Interaction;
use usher_domain::project::sign_in::{ProjectSignIn, SignUpRefusal, TypedProjectSignIn};

/// Settings of projects for sign-in to their clients.
pub struct ProjectSignIns {
    pub core: Arc<Core>,
}

impl ProjectSignIns {
    /// The settings of a project.
    pub async fn load(&self, project: ProjectId) -> Result<ProjectSignIn, FlowError> {
        Ok(self.core.store.find_project_sign_in(project).await?.unwrap_or_default())
    }

    /// The settings that apply to a sealed request, in any browser: those of its client's project. Outside of a request
    /// only the rules of the installation apply.
    pub async fn of_request(&self, sealed: Option<&str>) -> Result<ProjectSignIn, FlowError> {
        let request = sealed.and_then(|sealed| self.core.open_in_any_browser::<Interaction>(sealed));
        let Some(request) = request else { return Ok(ProjectSignIn::default()) };
        match self.core.store.find_client(&request.client_id).await? {
            Some(client) => self.load(client.project_id).await,
            None => Ok(ProjectSignIn::default()),
        }
    }

    /// Replaces the settings of a project, if the stored ones are those that were read.
    ///
    /// # Errors
    /// [`Rejected::ProjectSignIn`] with every fault, [`Rejected::Superseded`], [`Rejected::NotFound`].
    pub async fn replace(
        &self,
        project: ProjectId,
        read: &ProjectSignIn,
        typed: TypedProjectSignIn,
    ) -> Result<ProjectSignIn, FlowError> {
        let known: Vec<_> = self.core.store.list_providers().await?.into_iter().map(|one| one.settings.id).collect();
        let settings = typed.checked(&known).map_err(Rejected::ProjectSignIn)?;
        let now = self.core.now();
        let event = self.core.event(EventKind::PROJECT_SIGN_IN_CHANGED).with_project(project);
        let mut tx = self.core.store.begin().await?;
        if !tx.lock_project(project).await? {
            return Err(Rejected::NotFound("project").into());
        }
        if tx.lock_project_sign_in(project, now).await? != *read {
            return Err(Rejected::Superseded.into());
        }
        tx.set_project_sign_in(project, &settings, now).await?;
        tx.append(&event).await?;
        tx.commit().await?;
        Ok(settings)
    }
}

impl From<SignUpRefusal> for Rejected {
    fn from(refused: SignUpRefusal) -> Self {
        match refused {
            SignUpRefusal::Closed | SignUpRefusal::Provider => Self::SignUpClosed,
            SignUpRefusal::Password => Self::SignUpWithoutPassword,
            SignUpRefusal::Domain => Self::SignUpDomain,
        }
    }
}
