//! Publishing: the draft becomes the next revision, and every module is notified. A rollback publishes an earlier one
//! again.

use super::draft::Drafted;
use super::{review, short_hash};
use crate::policy::Policies;
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::event::{Event, EventKind};
use usher_domain::id::ProjectId;
use usher_domain::text::check_line;
use usher_policy::PolicyDocument;
use usher_policy::compile::{TableId, compile};
use usher_storage::StorageError;
use usher_storage::policy::revisions::{Publication, Revision};

/// The longest note, in characters.
const NOTE: u32 = 500;

struct PublishRequest {
    document: String,
    /// The tag that the draft must still have; `None` if the draft does not matter.
    seen: Option<String>,
    note: String,
    by: String,
}

impl Policies {
    /// Publishes the draft, if it still has this tag, or whichever it has.
    ///
    /// # Errors
    /// [`Rejected::Superseded`] if it has another tag, [`Rejected::Policy`] if it is invalid,
    /// [`Rejected::NothingToPublish`].
    pub async fn publish_policy(
        &self,
        project: ProjectId,
        seen: Option<&str>,
        note: &str,
        by: &str,
    ) -> Result<Publication, FlowError> {
        let drafted = self.policy_draft(project).await?;
        if seen.is_some_and(|seen| drafted.etag != seen) {
            return Err(Rejected::Superseded.into());
        }
        let (document, seen) = (drafted.document, Some(drafted.etag));
        self.publish(project, PublishRequest { document, seen, note: checked(note)?, by: by.to_owned() }).await
    }

    /// Publishes a document. The draft does not change.
    ///
    /// # Errors
    /// As [`Self::publish_policy`].
    pub async fn publish_document(
        &self,
        project: ProjectId,
        document: &PolicyDocument,
        note: &str,
        by: &str,
    ) -> Result<Publication, FlowError> {
        let document = serde_json::to_string(document)?;
        self.publish(project, PublishRequest { document, seen: None, note: checked(note)?, by: by.to_owned() }).await
    }

    /// Publishes the rules of this revision again. The draft does not change.
    ///
    /// # Errors
    /// [`Rejected::NotFound`], [`Rejected::NothingToPublish`] if it is the published one.
    pub async fn roll_back_policy(
        &self,
        project: ProjectId,
        revision: i64,
        note: &str,
        by: &str,
    ) -> Result<Publication, FlowError> {
        let found = self.core.store.find_revision(project, revision).await?.ok_or(Rejected::NotFound("revision"))?;
        let note = if note.is_empty() { format!("as in revision {revision}") } else { checked(note)? };
        self.publish(project, PublishRequest { document: found.document, seen: None, note, by: by.to_owned() }).await
    }

    async fn publish(&self, project: ProjectId, wanted: PublishRequest) -> Result<Publication, FlowError> {
        let document: PolicyDocument = serde_json::from_str(&wanted.document)?;
        let looked = review(document.clone()).await;
        if !looked.valid {
            return Err(Rejected::Policy(looked.faults).into());
        }
        let current = self.core.store.current_policy(project).await?;
        if current.as_ref().is_some_and(|current| current.document == wanted.document) {
            return Err(Rejected::NothingToPublish.into());
        }
        let before = current.map_or(0, |current| current.publication.revision);
        let revision = self.revision(project, before + 1, &document, &wanted)?;
        let event = self.core.event(EventKind::POLICY_PUBLISHED).with_project(project);
        let event = event.with("revision", before + 1).with("note", wanted.note.as_str());
        self.insert_revision(project, &revision, wanted.seen.as_deref(), event).await?;
        Ok(revision.publication)
    }

    /// Stores a revision, if it is still the next one and the draft still has the tag `seen`.
    async fn insert_revision(
        &self,
        project: ProjectId,
        revision: &Revision,
        seen: Option<&str>,
        event: Event,
    ) -> Result<(), FlowError> {
        let mut tx = self.core.store.begin().await?;
        if !tx.lock_project(project).await? {
            return Err(Rejected::NotFound("project").into());
        }
        let current = tx.current_policy(project).await?;
        let newest = current.as_ref().map_or(0, |current| current.publication.revision);
        let draft = tx.find_draft(project).await?;
        let published = current.as_ref().map(|current| current.document.as_str());
        let drafted = Drafted::of(draft, published).map(|drafted| drafted.etag).unwrap_or_default();
        if newest + 1 != revision.publication.revision || seen.is_some_and(|seen| seen != drafted) {
            return Err(Rejected::Superseded.into());
        }
        match tx.insert_revision(project, revision).await {
            Err(StorageError::Conflict) => return Err(Rejected::Superseded.into()),
            inserted => inserted?,
        }
        if seen.is_some() {
            tx.drop_draft(project).await?;
        }
        tx.append(&event).await?;
        Ok(tx.commit().await?)
    }

    fn revision(
        &self,
        project: ProjectId,
        number: i64,
        document: &PolicyDocument,
        wanted: &PublishRequest,
    ) -> Result<Revision, FlowError> {
        let now = self.core.now();
        let edition = TableId { project: project.to_string(), revision: number.unsigned_abs(), iat: now.0 };
        let compiled = serde_json::to_string(&compile(document, edition).map_err(Rejected::Policy)?)?;
        let publication = Publication {
            revision: number,
            etag: format!("{number}-{}", short_hash(&compiled)),
            note: wanted.note.clone(),
            published_by: wanted.by.clone(),
            published_at: now,
        };
        Ok(Revision { publication, document: wanted.document.clone(), compiled })
    }
}

fn checked(note: &str) -> Result<String, Rejected> {
    check_line(note, NOTE).map_err(|_| Rejected::BadAssignment("a note has at most 500 characters, in one line"))
}
