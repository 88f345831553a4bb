//! Invitations to projects. Only the hash of a link is stored; a new link replaces the row.

use super::db::statements;
use super::row::row;
use super::{Result, Store, Tx};
use usher_domain::email::Email;
use usher_domain::id::{ProjectId, ProjectInvitationId};
use usher_domain::project::invitation::ProjectInvitation;
use usher_domain::time::Timestamp;

row! {
    INVITATION: ProjectInvitation of "project_invitation" {
        id, project_id, email, role, created_at, sent_at, expires_at
    }
}

statements! {
    with INVITATION;

    INSERT = "
        insert into project_invitation (id, project_id, email, role, created_at, sent_at, expires_at, token_hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
    ";
    DELETE = "delete from project_invitation where project_id = $1 and id = $2";
    DELETE_OF_ADDRESS = "delete from project_invitation where project_id = $1 and email = $2";
    TAKE = "
        delete from project_invitation
        where token_hash = $1 and expires_at > $2
        returning {INVITATION}
    ";
    COUNT = "select count(*) from project_invitation where project_id = $1";
    FIND = "
        select {INVITATION}
        from project_invitation
        where project_id = $1 and id = $2
    ";
    FIND_BY_TOKEN = "
        select {INVITATION}
        from project_invitation
        where token_hash = $1
    ";
    LIST = "
        select {INVITATION}
        from project_invitation
        where project_id = $1
        order by id
        limit 200
    ";
    SWEEP = "
        delete from project_invitation
        where id in (select id from project_invitation where expires_at < $1 limit $2 + 0)
    ";
}

impl Tx {
    /// Adds an invitation by the hash of its link.
    pub async fn insert_project_invitation(&mut self, invitation: &ProjectInvitation, hash: &[u8]) -> Result<()> {
        self.query(INSERT)
            .bind(invitation.id)
            .bind(invitation.project_id)
            .bind(&invitation.email)
            .bind(invitation.role)
            .bind(invitation.created_at)
            .bind(invitation.sent_at)
            .bind(invitation.expires_at)
            .bind(hash)
            .done()
            .await
    }

    /// Deletes an invitation. `false` if it does not exist.
    pub async fn delete_project_invitation(&mut self, project: ProjectId, id: ProjectInvitationId) -> Result<bool> {
        self.query(DELETE).bind(project).bind(id).changed().await
    }

    /// Deletes the invitation of an address.
    pub async fn delete_invitation_of_address(&mut self, project: ProjectId, email: &Email) -> Result<()> {
        self.query(DELETE_OF_ADDRESS).bind(project).bind(email).done().await
    }

    /// Takes the invitation with this link, once. `None` if it was taken or withdrawn, or has expired.
    pub async fn take_project_invitation(&mut self, hash: &[u8], now: Timestamp) -> Result<Option<ProjectInvitation>> {
        self.query(TAKE).bind(hash).bind(now).optional().await
    }

    /// How many invitations wait in a project.
    pub async fn count_project_invitations(&mut self, project: ProjectId) -> Result<usize> {
        let count: i64 = self.query(COUNT).bind(project).one().await?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Deletes invitations that expired before `before`.
    pub async fn sweep_project_invitations(&mut self, before: Timestamp, most: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(most).run().await
    }
}

impl Store {
    /// An invitation of a project.
    pub async fn find_project_invitation(
        &self,
        project: ProjectId,
        id: ProjectInvitationId,
    ) -> Result<Option<ProjectInvitation>> {
        self.query(FIND).bind(project).bind(id).optional().await
    }

    /// The invitation with this link, expired or not.
    pub async fn find_invitation_by_token(&self, hash: &[u8]) -> Result<Option<ProjectInvitation>> {
        self.query(FIND_BY_TOKEN).bind(hash).optional().await
    }

    /// The invitations of a project, oldest first.
    pub async fn list_project_invitations(&self, project: ProjectId) -> Result<Vec<ProjectInvitation>> {
        self.query(LIST).bind(project).all().await
    }
}
