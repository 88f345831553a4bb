//! The draft: one for each project, replaced as a whole by callers that have read the current version.

use super::{review, short_hash};
use crate::policy::Policies;
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::id::ProjectId;
use usher_domain::time::Timestamp;
use usher_policy::PolicyDocument;
use usher_policy::compile::{TableId, compile};
use usher_policy::diff::{PolicyDocumentDiff, diff};
use usher_policy::validate::Review;
use usher_storage::policy::revisions::Draft;

/// The draft, or the published document if there is no draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafted {
    /// The document, as JSON.
    pub document: String,
    pub etag: String,
    /// Does it differ from the published document?
    pub changed: bool,
    /// When the draft was saved; `None` if there is no draft.
    pub saved_at: Option<Timestamp>,
}

impl Drafted {
    pub(super) fn of(draft: Option<Draft>, published: Option<&str>) -> Result<Self, serde_json::Error> {
        let published = match published {
            Some(document) => document.to_owned(),
            None => serde_json::to_string(&PolicyDocument::default())?,
        };
        let saved_at = draft.as_ref().map(|draft| Timestamp(draft.updated_at));
        let document = draft.map_or_else(|| published.clone(), |draft| draft.document);
        Ok(Self { etag: short_hash(&document), changed: document != published, document, saved_at })
    }
}

impl Policies {
    /// The draft of a project.
    pub async fn policy_draft(&self, project: ProjectId) -> Result<Drafted, FlowError> {
        let draft = self.core.store.find_draft(project).await?;
        let current = self.core.store.current_policy(project).await?;
        Ok(Drafted::of(draft, current.as_ref().map(|current| current.document.as_str()))?)
    }

    /// Replaces the draft, if it still has this tag, or whichever it has. It need not be valid.
    ///
    /// # Errors
    /// [`Rejected::Superseded`] if it has another tag, [`Rejected::NotFound`] if there is no such project.
    pub async fn replace_policy_draft(
        &self,
        project: ProjectId,
        seen: Option<&str>,
        document: &PolicyDocument,
    ) -> Result<Drafted, FlowError> {
        let document = serde_json::to_string(document)?;
        let draft = Draft { etag: short_hash(&document), document, updated_at: self.core.now().0 };
        let mut tx = self.core.store.begin().await?;
        if !tx.lock_project(project).await? {
            return Err(Rejected::NotFound("project").into());
        }
        let (old, current) = (tx.find_draft(project).await?, tx.current_policy(project).await?);
        let published = current.map(|current| current.document);
        if let Some(seen) = seen
            && !Drafted::of(old, published.as_deref()).is_ok_and(|old| old.etag == seen)
        {
            return Err(Rejected::Superseded.into());
        }
        tx.put_draft(project, &draft).await?;
        tx.commit().await?;
        Ok(Drafted::of(Some(draft), published.as_deref())?)
    }

    /// Discards the draft, if it still has this tag: the published document takes its place.
    ///
    /// # Errors
    /// [`Rejected::Superseded`] if it has another tag, [`Rejected::NotFound`] if there is no such project.
    pub async fn discard_policy_draft(&self, project: ProjectId, seen: &str) -> Result<(), FlowError> {
        let mut tx = self.core.store.begin().await?;
        if !tx.lock_project(project).await? {
            return Err(Rejected::NotFound("project").into());
        }
        let (old, current) = (tx.find_draft(project).await?, tx.current_policy(project).await?);
        let published = current.map(|current| current.document);
        if !Drafted::of(old, published.as_deref()).is_ok_and(|old| old.etag == seen) {
            return Err(Rejected::Superseded.into());
        }
        tx.drop_draft(project).await?;
        Ok(tx.commit().await?)
    }

    /// Validates a document without storing it.
    pub async fn review_policy(&self, document: PolicyDocument) -> Review {
        review(document).await
    }

    /// What publishing the draft would change.
    ///
    /// # Errors
    /// [`Rejected::Policy`] if the draft is invalid.
    pub async fn policy_diff(&self, project: ProjectId) -> Result<PolicyDocumentDiff, FlowError> {
        let drafted = self.policy_draft(project).await?;
        let document: PolicyDocument = serde_json::from_str(&drafted.document)?;
        let looked = review(document.clone()).await;
        if !looked.valid {
            return Err(Rejected::Policy(looked.faults).into());
        }
        let edition = TableId { project: project.to_string(), revision: 0, iat: 0 };
        let after = compile(&document, edition).map_err(Rejected::Policy)?;
        let before = self.published_table(project).await?;
        Ok(diff(before.as_deref(), &after))
    }
}
