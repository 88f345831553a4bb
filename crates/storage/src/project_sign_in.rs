//! What projects decide about sign-in to their clients.

use super::db::statements;
use super::{Result, Store, Tx};
use usher_domain::id::ProjectId;
use usher_domain::project::sign_in::ProjectSignIn;
use usher_domain::time::Timestamp;

statements! {
    // PostgreSQL locks the row until the transaction ends: what is compared with it has not changed when it is written.
    LOCK = "
        select settings
        from project_sign_in
        where project_id = $1
    " + postgres "for update";
    FIND = "
        select settings
        from project_sign_in
        where project_id = $1
    ";
    ADD = "
        insert into project_sign_in (project_id, settings, updated_at)
        values ($1, $2, $3)
        on conflict (project_id) do nothing
    ";
    SET = "
        update project_sign_in
        set
            settings = $2,
            updated_at = case when updated_at < $3 then $3 else updated_at end
        where project_id = $1
    ";
}

impl Tx {
    /// The settings of a project, locked until this transaction ends. A row is added if there is none, so that there is
    /// one to lock.
    pub async fn lock_project_sign_in(&mut self, project: ProjectId, now: Timestamp) -> Result<ProjectSignIn> {
        self.query(ADD).bind(project).bind(ProjectSignIn::default()).bind(now).done().await?;
        self.query(LOCK).bind(project).one().await
    }

    /// Replaces the settings of a project.
    pub async fn set_project_sign_in(
        &mut self,
        project: ProjectId,
        settings: &ProjectSignIn,
        now: Timestamp,
    ) -> Result<()> {
        self.query(SET).bind(project).bind(settings).bind(now).done().await
    }
}

impl Store {
    /// The settings of a project, if it has decided anything.
    pub async fn find_project_sign_in(&self, project: ProjectId) -> Result<Option<ProjectSignIn>> {
        self.query(FIND).bind(project).optional().await
    }
}
