//! Published revisions of access rules, which never change, and drafts.

use crate::db::statements;
use crate::row::{Columns, FromRow, row};
use crate::{Result, Store, Tx};
use usher_domain::id::ProjectId;
use usher_domain::page::MAX_PAGE;
use usher_domain::time::Timestamp;

row! {
    PUBLICATION: Publication of "policy_revision" { revision, etag, note, published_by, published_at }
}

impl FromRow for Revision {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self {
            publication: Publication::from_row(columns)?,
            document: columns.take("document")?,
            compiled: columns.take("compiled")?,
        })
    }
}

row! {
    DRAFT: Draft of "policy_draft" by project_id { document, etag, updated_at }
}

statements! {
    with PUBLICATION, DRAFT;

    INSERT = "
        insert into policy_revision (
            project_id, revision, document, compiled, etag, note, published_by, published_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8)
    ";
    CURRENT = "
        select {PUBLICATION}, document, compiled
        from policy_revision
        where project_id = $1
        order by revision desc
        limit 1
    ";
    MARK = "
        select revision, etag
        from policy_revision
        where project_id = $1
        order by revision desc
        limit 1
    ";
    FIND = "
        select {PUBLICATION}, document, compiled
        from policy_revision
        where project_id = $1 and revision = $2
    ";
    HISTORY = "
        select {PUBLICATION}
        from policy_revision
        where project_id = $1 and revision < $2
        order by revision desc
        limit $3 + 0
    ";
    FIND_DRAFT = "
        select {DRAFT}
        from policy_draft
        where project_id = $1
    ";
    PUT_DRAFT = "
        insert into policy_draft (project_id, document, etag, updated_at)
        values ($1, $2, $3, $4)
        on conflict (project_id) do update
        set
            document = excluded.document,
            etag = excluded.etag,
            updated_at = case when policy_draft.updated_at < excluded.updated_at then excluded.updated_at else policy_draft.updated_at end
    ";
    DROP_DRAFT = "delete from policy_draft where project_id = $1";
}

/// A publication, without the rules themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The revision number.
    pub revision: i64,
    /// The `ETag` of the table that modules fetch.
    pub etag: String,
    /// The note of the publisher.
    pub note: String,
    /// The publisher.
    pub published_by: String,
    /// When it was published.
    pub published_at: Timestamp,
}

/// A published revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The publication.
    pub publication: Publication,
    /// The document, as JSON.
    pub document: String,
    /// The compiled table that modules fetch, as JSON.
    pub compiled: String,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The document, as JSON.
    pub document: String,
    /// Its tag.
    pub etag: String,
    /// Last written at, in seconds since the epoch.
    pub updated_at: i64,
}

impl Tx {
    /// The draft.
    pub async fn find_draft(&mut self, project: ProjectId) -> Result<Option<Draft>> {
        self.query(FIND_DRAFT).bind(project).optional().await
    }

    /// Writes the draft.
    pub async fn put_draft(&mut self, project: ProjectId, draft: &Draft) -> Result<()> {
        self.query(PUT_DRAFT).bind(project).bind(&draft.document).bind(&draft.etag).bind(draft.updated_at).done().await
    }

    /// Deletes the draft.
    pub async fn drop_draft(&mut self, project: ProjectId) -> Result<()> {
        self.query(DROP_DRAFT).bind(project).done().await
    }

    /// The newest revision.
    pub async fn current_policy(&mut self, project: ProjectId) -> Result<Option<Revision>> {
        self.query(CURRENT).bind(project).optional().await
    }

    /// Adds a revision.
    ///
    /// # Errors
    /// [`crate::StorageError::Conflict`] if a revision of this number exists.
    pub async fn insert_revision(&mut self, project: ProjectId, revision: &Revision) -> Result<()> {
        let publication = &revision.publication;
        self.query(INSERT)
            .bind(project)
            .bind(publication.revision)
            .bind(&revision.document)
            .bind(&revision.compiled)
            .bind(&publication.etag)
            .bind(&publication.note)
            .bind(&publication.published_by)
            .bind(publication.published_at)
            .done()
            .await
    }
}

impl Store {
    /// The draft.
    pub async fn find_draft(&self, project: ProjectId) -> Result<Option<Draft>> {
        self.query(FIND_DRAFT).bind(project).optional().await
    }

    /// The newest revision.
    pub async fn current_policy(&self, project: ProjectId) -> Result<Option<Revision>> {
        self.query(CURRENT).bind(project).optional().await
    }

    /// Number and tag of the newest revision.
    pub async fn policy_mark(&self, project: ProjectId) -> Result<Option<(i64, String)>> {
        self.query(MARK).bind(project).optional().await
    }

    /// A revision.
    pub async fn find_revision(&self, project: ProjectId, revision: i64) -> Result<Option<Revision>> {
        self.query(FIND).bind(project).bind(revision).optional().await
    }

    /// Publications before a revision, newest first.
    pub async fn list_publications(&self, project: ProjectId, before: i64, size: u32) -> Result<Vec<Publication>> {
        let size = size.clamp(1, MAX_PAGE + 1);
        self.query(HISTORY).bind(project).bind(before).bind(size).all().await
    }
}
