//! Published revisions of access rules, which never change, and drafts.

use crate::db::{on, on_tx, run, statements};
use crate::{Result, Store, Tx};
use usher_domain::id::ProjectId;
use usher_domain::page::MAX_PAGE;
use usher_domain::time::Timestamp;

statements! {
    INSERT = "insert into policy_revision (project_id, revision, document, compiled, etag, note, published_by, published_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    CURRENT = "select revision, document, compiled, etag, note, published_by, published_at from policy_revision where project_id = $1 order by revision desc limit 1";
    MARK = "select revision, etag from policy_revision where project_id = $1 order by revision desc limit 1";
    FIND = "select revision, document, compiled, etag, note, published_by, published_at from policy_revision where project_id = $1 and revision = $2";
    HISTORY = "select revision, etag, note, published_by, published_at from policy_revision where project_id = $1 and revision < $2 order by revision desc limit $3";
    FIND_DRAFT = "select document, etag, updated_at from policy_draft where project_id = $1";
    PUT_DRAFT = "insert into policy_draft (project_id, document, etag, updated_at) values ($1, $2, $3, $4) on conflict (project_id) do update set document = excluded.document, etag = excluded.etag, updated_at = case when policy_draft.updated_at < excluded.updated_at then excluded.updated_at else policy_draft.updated_at end";
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
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Draft {
    /// The document, as JSON.
    pub document: String,
    /// Its tag.
    pub etag: String,
    /// Last written at, in seconds since the epoch.
    pub updated_at: i64,
}

#[derive(sqlx::FromRow)]
struct PublicationRow {
    revision: i64,
    etag: String,
    note: String,
    published_by: String,
    published_at: i64,
}

#[derive(sqlx::FromRow)]
struct RevisionRow {
    #[sqlx(flatten)]
    publication: PublicationRow,
    document: String,
    compiled: String,
}

impl From<PublicationRow> for Publication {
    fn from(row: PublicationRow) -> Self {
        Self {
            revision: row.revision,
            etag: row.etag,
            note: row.note,
            published_by: row.published_by,
            published_at: Timestamp(row.published_at),
        }
    }
}

impl From<RevisionRow> for Revision {
    fn from(row: RevisionRow) -> Self {
        Self { publication: row.publication.into(), document: row.document, compiled: row.compiled }
    }
}

impl Tx {
    /// The draft.
    pub async fn find_draft(&mut self, project: ProjectId) -> Result<Option<Draft>> {
        on_tx!(self, FIND_DRAFT, |conn, sql| sqlx::query_as(sql).bind(project.0).fetch_optional(conn))
    }

    /// Writes the draft.
    pub async fn put_draft(&mut self, project: ProjectId, draft: &Draft) -> Result<()> {
        run!(self, PUT_DRAFT, |sql| sqlx::query(sql)
            .bind(project.0)
            .bind(&draft.document)
            .bind(&draft.etag)
            .bind(draft.updated_at))
        .map(drop)
    }

    /// Deletes the draft.
    pub async fn drop_draft(&mut self, project: ProjectId) -> Result<()> {
        run!(self, DROP_DRAFT, |sql| sqlx::query(sql).bind(project.0)).map(drop)
    }

    /// The newest revision.
    pub async fn current_policy(&mut self, project: ProjectId) -> Result<Option<Revision>> {
        let row: Option<RevisionRow> =
            on_tx!(self, CURRENT, |conn, sql| sqlx::query_as(sql).bind(project.0).fetch_optional(conn))?;
        Ok(row.map(Revision::from))
    }

    /// Adds a revision.
    ///
    /// # Errors
    /// [`crate::StorageError::Conflict`] if a revision of this number exists.
    pub async fn insert_revision(&mut self, project: ProjectId, revision: &Revision) -> Result<()> {
        let publication = &revision.publication;
        run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(project.0)
            .bind(publication.revision)
            .bind(&revision.document)
            .bind(&revision.compiled)
            .bind(&publication.etag)
            .bind(&publication.note)
            .bind(&publication.published_by)
            .bind(publication.published_at.0))
        .map(drop)
    }
}

impl Store {
    /// The draft.
    pub async fn find_draft(&self, project: ProjectId) -> Result<Option<Draft>> {
        on!(&self.db, FIND_DRAFT, |conn, sql| sqlx::query_as(sql).bind(project.0).fetch_optional(conn))
    }

    /// The newest revision.
    pub async fn current_policy(&self, project: ProjectId) -> Result<Option<Revision>> {
        let row: Option<RevisionRow> =
            on!(&self.db, CURRENT, |conn, sql| sqlx::query_as(sql).bind(project.0).fetch_optional(conn))?;
        Ok(row.map(Revision::from))
    }

    /// Number and tag of the newest revision.
    pub async fn policy_mark(&self, project: ProjectId) -> Result<Option<(i64, String)>> {
        on!(&self.db, MARK, |conn, sql| sqlx::query_as(sql).bind(project.0).fetch_optional(conn))
    }

    /// A revision.
    pub async fn find_revision(&self, project: ProjectId, revision: i64) -> Result<Option<Revision>> {
        let row: Option<RevisionRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(project.0).bind(revision).fetch_optional(conn))?;
        Ok(row.map(Revision::from))
    }

    /// Publications before a revision, newest first.
    pub async fn list_publications(&self, project: ProjectId, before: i64, size: u32) -> Result<Vec<Publication>> {
        let size = i64::from(size.clamp(1, MAX_PAGE + 1));
        let rows: Vec<PublicationRow> = on!(&self.db, HISTORY, |conn, sql| sqlx::query_as(sql)
            .bind(project.0)
            .bind(before)
            .bind(size)
            .fetch_all(conn))?;
        Ok(rows.into_iter().map(Publication::from).collect())
    }
}
