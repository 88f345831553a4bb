//! Administration of projects.

use std::sync::Arc;
use usher_accounts::admin::clients::Clients;
use usher_accounts::core::Core;
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::accounts::secret_hash;
use usher_config::ProjectCreators;
use usher_domain::event::EventKind;
use usher_domain::id::{ProjectId, UserId};
use usher_domain::page::{Cursor, Page};
use usher_domain::project::member::{Member, Role};
use usher_domain::project::{MAX_NAME, Project};
use usher_domain::text::check_name;
use usher_domain::user::User;
use usher_domain::user::authentication::AAL2;
use usher_keys::project_key::{DecryptError, ProjectKey};

/// A new project with its token: shown once, stored as a hash.
#[derive(Debug, Clone)]
pub struct RegisteredProject {
    pub project: Project,
    pub token: String,
}

/// Projects and their tokens.
pub struct Projects {
    pub(crate) core: Arc<Core>,
    pub(crate) clients: Arc<Clients>,
}

impl Projects {
    /// Creates a project without members.
    ///
    /// # Errors
    /// [`Rejected::Text`].
    pub async fn create_project(&self, name: &str) -> Result<RegisteredProject, FlowError> {
        let token = self.core.random.token();
        self.make_project(name, None, token).await
    }

    /// Whether a user may create projects.
    pub fn may_create(&self, user: &User) -> bool {
        user.admin || self.core.config.projects.create == ProjectCreators::Anyone
    }

    /// Creates a project for a user, who becomes its owner.
    ///
    /// # Errors
    /// [`Rejected::NotAllowed`] if only administrators may, [`Rejected::Text`].
    pub async fn create_project_of(&self, name: &str, owner: &User) -> Result<RegisteredProject, FlowError> {
        if !self.may_create(owner) {
            return Err(Rejected::NotAllowed.into());
        }
        let token = self.core.random.token();
        self.make_project(name, Some(owner.id), token).await
    }

    /// Creates a project with this token, which is 32 bytes of base64url. Only development mode chooses one.
    ///
    /// # Errors
    /// [`Rejected::Text`].
    pub async fn make_project(
        &self,
        name: &str,
        owner: Option<UserId>,
        token: String,
    ) -> Result<RegisteredProject, FlowError> {
        let name = check_name(name, MAX_NAME).map_err(|rule| rule.broken_by("name"))?;
        let now = self.core.now();
        let project =
            Project { id: ProjectId::new(now, &*self.core.random), name, created_at: now, required_acr: None };
        let key = ProjectKey::of_token(&token).ok_or(DecryptError)?;
        let (kid, public) = (key.kid(), key.public_jwk());
        let event = self.core.event(EventKind::PROJECT_CREATED).with_project(project.id);
        let mut tx = self.core.store.begin().await?;
        tx.insert_project(&project, &secret_hash(&token)).await?;
        tx.insert_project_key(project.id, 1, (&kid, &public), now).await?;
        if let Some(user_id) = owner {
            tx.insert_member(&Member { project_id: project.id, user_id, role: Role::Owner, since: now }).await?;
        }
        tx.append(&event).await?;
        tx.commit().await?;
        Ok(RegisteredProject { project, token })
    }

    /// Projects, oldest first.
    pub async fn list_projects(&self, after: Cursor, size: u32) -> Result<Page<Project>, FlowError> {
        Ok(self.core.store.list_projects(after, size).await?)
    }

    /// A project by its id, or by its name if that is unique.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn load_project(&self, name_or_id: &str) -> Result<Project, FlowError> {
        if let Ok(id) = name_or_id.parse::<ProjectId>() {
            return self.core.store.find_project(id).await?.ok_or_else(|| Rejected::NotFound("project").into());
        }
        let mut after = Cursor::START;
        let mut named = Vec::new();
        loop {
            let page = self.core.store.list_projects(after, usher_domain::page::MAX_PAGE).await?;
            named.extend(page.items.into_iter().filter(|project| project.name == name_or_id));
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        match <[Project; 1]>::try_from(named) {
            Ok([only]) => Ok(only),
            Err(none_or_many) if none_or_many.is_empty() => Err(Rejected::NotFound("project").into()),
            Err(_) => Err(Rejected::NotFound("project of that name alone: several have it, use the id").into()),
        }
    }

    /// Requires two factors for every sign-in to the clients of a project, or no longer.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn require_second_factor(&self, project: ProjectId, required: bool) -> Result<(), FlowError> {
        let event = self.core.event(EventKind::PROJECT_UPDATED).with_project(project);
        let event = event.with("require_second_factor", required);
        let mut tx = self.core.store.begin().await?;
        if !tx.require_of_project(project, required.then_some(AAL2)).await? {
            return Err(Rejected::NotFound("project").into());
        }
        tx.append(&event).await?;
        tx.commit().await?;
        self.clients.cache.invalidate_all();
        Ok(())
    }
}
