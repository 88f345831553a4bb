//! What owners do with projects.

use super::accounts::secret_hash;
use super::error::{FlowError, Refused};
use super::usher::Usher;
use crate::domain::authentication::AAL2;
use crate::domain::event::EventKind;
use crate::domain::id::ProjectId;
use crate::domain::page::{Cursor, Page};
use crate::domain::project::{Project, check_name};

/// A project that was just made, with its token: shown once, kept as a hash.
#[derive(Debug, Clone)]
pub struct RegisteredProject {
    /// The project.
    pub project: Project,
    /// Its token.
    pub token: String,
}

impl Usher {
    /// Makes a project.
    ///
    /// # Errors
    /// [`Refused::BadName`].
    pub async fn create_project(&self, name: &str) -> Result<RegisteredProject, FlowError> {
        let name = check_name(name).map_err(|_| Refused::BadName)?;
        let now = self.now();
        let project = Project { id: ProjectId::new(now, &*self.random), name, created_at: now, required_acr: None };
        let token = self.random.token();
        let (made, hash) = (project.clone(), secret_hash(&token));
        let event = self.event(EventKind::ProjectCreated).with_project(project.id);
        let create = self.store.write(move |mut tx| {
            Box::pin(async move {
                tx.insert_project(&made, &hash).await?;
                tx.append(&event).await
            })
        });
        create.await?;
        Ok(RegisteredProject { project, token })
    }

    /// Projects, oldest first.
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn list_projects(&self, after: Cursor, size: u32) -> Result<Page<Project>, FlowError> {
        Ok(self.store.list_projects(after, size).await?)
    }

    /// A project by its id, or by its name where only one has that name.
    ///
    /// # Errors
    /// [`Refused::NotFound`].
    pub async fn load_project(&self, name_or_id: &str) -> Result<Project, FlowError> {
        if let Ok(id) = name_or_id.parse::<ProjectId>() {
            return self.store.find_project(id).await?.ok_or_else(|| Refused::NotFound("project").into());
        }
        let mut after = Cursor::START;
        let mut named = Vec::new();
        loop {
            let page = self.store.list_projects(after, crate::domain::page::MAX_PAGE).await?;
            named.extend(page.items.into_iter().filter(|project| project.name == name_or_id));
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        match <[Project; 1]>::try_from(named) {
            Ok([only]) => Ok(only),
            Err(none_or_many) if none_or_many.is_empty() => Err(Refused::NotFound("project").into()),
            Err(_) => Err(Refused::NotFound("project of that name alone: several have it, use the id").into()),
        }
    }

    /// Lets nobody sign in to the clients of a project without two factors, or lets one suffice again.
    ///
    /// # Errors
    /// [`Refused::NotFound`].
    pub async fn require_second_factor(&self, project: ProjectId, required: bool) -> Result<(), FlowError> {
        let event = self.event(EventKind::ProjectUpdated).with_project(project);
        let event = event.with("require_second_factor", required);
        let set = self.store.write(move |mut tx| {
            Box::pin(async move {
                let found = tx.require_of_project(project, required.then_some(AAL2)).await?;
                if found {
                    tx.append(&event).await?;
                }
                Ok(found)
            })
        });
        let found = set.await?;
        self.clients.invalidate_all();
        if found { Ok(()) } else { Err(Refused::NotFound("project").into()) }
    }
}
