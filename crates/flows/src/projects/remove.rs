//! Renaming and deleting projects.

use crate::admin::projects::Projects;
use crate::error::{FlowError, Rejected};
use usher_domain::event::EventKind;
use usher_domain::project::{MAX_NAME, Project};
use usher_domain::text::check_name;

impl Projects {
    /// Renames a project.
    ///
    /// # Errors
    /// [`Rejected::Name`], [`Rejected::NotFound`].
    pub async fn rename_project(&self, project: &Project, name: &str) -> Result<Project, FlowError> {
        let name = check_name(name, MAX_NAME).map_err(Rejected::Name)?;
        let renamed = Project { name: name.clone(), ..project.clone() };
        let (id, event) = (project.id, self.core.event(EventKind::ProjectUpdated).with_project(project.id));
        let rename = self.core.store.write(move |mut tx| {
            Box::pin(async move {
                let found = tx.rename_project(id, &name).await?;
                if found {
                    tx.append(&event).await?;
                }
                Ok(found)
            })
        });
        if rename.await? { Ok(renamed) } else { Err(Rejected::NotFound("project").into()) }
    }

    /// Deletes a project with its clients and everything that they were granted. `typed` must be its name.
    ///
    /// # Errors
    /// [`Rejected::NotConfirmed`], [`Rejected::NotFound`].
    pub async fn delete_project(&self, project: &Project, typed: &str) -> Result<(), FlowError> {
        if typed != project.name {
            return Err(Rejected::NotConfirmed.into());
        }
        let (usher, id) = (self.clone(), project.id);
        let delete = self.core.store.write(move |mut tx| {
            Box::pin(async move {
                let Some(clients) = tx.lock_project_with_clients(id).await? else { return Ok(false) };
                for client in clients {
                    usher.clients.remove_client(&mut tx, &client).await?;
                }
                tx.delete_project(id).await?;
                tx.append(&usher.core.event(EventKind::ProjectDeleted).with_project(id)).await?;
                Ok(true)
            })
        });
        let existed = delete.await?;
        self.clients.cache.invalidate_all();
        if existed { Ok(()) } else { Err(Rejected::NotFound("project").into()) }
    }
}
