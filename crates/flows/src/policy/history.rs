//! Publications, newest first.

use crate::policy::Policies;
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::id::ProjectId;
use usher_domain::user::Sub;
use usher_storage::policy::revisions::{Publication, Revision};

impl Policies {
    /// Publications before a revision, or all, and the next page.
    pub async fn policy_history(
        &self,
        project: ProjectId,
        before: Option<i64>,
        size: u32,
    ) -> Result<(Vec<Publication>, Option<i64>), FlowError> {
        let mut found = self.core.store.list_publications(project, before.unwrap_or(i64::MAX), size + 1).await?;
        let wanted = usize::try_from(size).unwrap_or(usize::MAX);
        let more = found.len() > wanted;
        found.truncate(wanted);
        let next = found.last().filter(|_| more).map(|last| last.revision);
        Ok((found, next))
    }

    /// How pages name whoever published a revision.
    pub async fn publisher(&self, publication: &Publication) -> Result<String, FlowError> {
        let named = publication.published_by.as_str();
        let Some(sub) = named.strip_prefix("user ") else { return Ok(named.to_owned()) };
        let user = self.core.store.find_user_by_sub(&Sub(sub.to_owned())).await?;
        Ok(user.map(|user| user.label()).filter(|label| !label.is_empty()).unwrap_or_else(|| sub.to_owned()))
    }

    /// One revision.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn policy_revision(&self, project: ProjectId, revision: i64) -> Result<Revision, FlowError> {
        Ok(self.core.store.find_revision(project, revision).await?.ok_or(Rejected::NotFound("revision"))?)
    }

    /// The newest revision.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if nothing is published.
    pub async fn published_policy(&self, project: ProjectId) -> Result<Revision, FlowError> {
        Ok(self.core.store.current_policy(project).await?.ok_or(Rejected::NotFound("published policy"))?)
    }
}
