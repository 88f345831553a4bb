//! Renaming and deleting projects.

use crate::projects::register::Projects;
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::event::EventKind;
use usher_domain::project::{MAX_NAME, Project};
use usher_domain::text::check_name;

impl Projects {
    /// Renames a project.
    ///
    /// # Errors
    /// [`Rejected::Text`], [`Rejected::NotFound`].
    pub async fn rename_project(&self, project: &Project, name: &str) -> Result<Project, FlowError> {
        let name = check_name(name, MAX_NAME).map_err(|rule| rule.broken_by("name"))?;
        let event = self.core.event(EventKind::PROJECT_UPDATED).with_project(project.id);
        let mut tx = self.core.store.begin().await?;
        if !tx.rename_project(project.id, &name).await? {
            return Err(Rejected::NotFound("project").into());
        }
        tx.append(&event).await?;
        tx.commit().await?;
        Ok(Project { name, ..project.clone() })
    }

    /// Deletes a project with its clients and everything that they were granted. `typed` must be its name.
    ///
    /// # Errors
    /// [`Rejected::NotConfirmed`], [`Rejected::NotFound`].
    pub async fn delete_project(&self, project: &Project, typed: &str) -> Result<(), FlowError> {
        if typed != project.name {
            return Err(Rejected::NotConfirmed.into());
        }
        let mut tx = self.core.store.begin().await?;
        let clients = tx.lock_project_with_clients(project.id).await?.ok_or(Rejected::NotFound("project"))?;
        for client in clients {
            self.clients.remove_client(&mut tx, &client).await?;
        }
        tx.delete_project(project.id).await?;
        tx.append(&self.core.event(EventKind::PROJECT_DELETED).with_project(project.id)).await?;
        tx.commit().await?;
        self.clients.cache.invalidate_all();
        Ok(())
    }
}
