//! Merged users.

use sqlx::types::Json;
use uuid::Uuid;

use crate::db::{on, on_tx, run, statements};
use crate::row::JsonColumn;
use crate::users::UserRow;
use crate::{Result, StorageError, Store, Tx};
use usher_domain::id::{IdentityId, MergeId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::merge::Merge;
use usher_domain::user::{Sub, User};

statements! {
    INSERT = "insert into merge (id, kept_id, merged_id, identities, merged_at, undo_until) values ($1, $2, $3, $4, $5, $6)";
    DELETE = "delete from merge where id = $1";
    FIND = "select id, kept_id, merged_id, identities, merged_at, undo_until from merge where id = $1";
    LIST = "select id, kept_id, merged_id, identities, merged_at, undo_until from merge where kept_id = $1 order by id limit 100";
    MOVE = "update merge set kept_id = $2 where kept_id = $1";
    // The `sub` of a merged user leads to the user that was kept.
    KNOWN_AS = "select k.id, k.sub, k.email, k.status, k.admin, k.locale, k.profile, k.sources, k.created_at, k.updated_at, k.factors_frozen_until from users u join merge m on m.merged_id = u.id join users k on k.id = m.kept_id where u.sub = $1";
    FORMER = "select u.sub from merge m join users u on u.id = m.merged_id where m.kept_id = $1 order by m.id limit 100";
}

#[derive(sqlx::FromRow)]
struct MergeRow {
    id: Uuid,
    kept_id: Uuid,
    merged_id: Uuid,
    identities: JsonColumn<Vec<Uuid>>,
    merged_at: i64,
    undo_until: i64,
}

impl TryFrom<MergeRow> for Merge {
    type Error = StorageError;
    fn try_from(row: MergeRow) -> Result<Self> {
        let identities = row.identities.read("merge", "identities", row.id)?;
        Ok(Self {
            id: MergeId(row.id),
            kept: UserId(row.kept_id),
            merged: UserId(row.merged_id),
            identities: identities.into_iter().map(IdentityId).collect(),
            merged_at: Timestamp(row.merged_at),
            undo_until: Timestamp(row.undo_until),
        })
    }
}

impl Tx {
    /// Notes a merge.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if the merged user was merged already.
    pub async fn insert_merge(&mut self, merge: &Merge) -> Result<()> {
        let identities: Vec<Uuid> = merge.identities.iter().map(|id| id.0).collect();
        run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(merge.id.0)
            .bind(merge.kept.0)
            .bind(merge.merged.0)
            .bind(Json(&identities))
            .bind(merge.merged_at.0)
            .bind(merge.undo_until.0))
        .map(drop)
    }

    /// A merge, as this transaction sees it.
    pub async fn find_merge(&mut self, id: MergeId) -> Result<Option<Merge>> {
        let row: Option<MergeRow> =
            on_tx!(self, FIND, |conn, sql| sqlx::query_as(sql).bind(id.0).fetch_optional(conn))?;
        row.map(Merge::try_from).transpose()
    }

    /// The merges into a user, as this transaction sees them.
    pub async fn list_merges(&mut self, kept: UserId) -> Result<Vec<Merge>> {
        let rows: Vec<MergeRow> = on_tx!(self, LIST, |conn, sql| sqlx::query_as(sql).bind(kept.0).fetch_all(conn))?;
        rows.into_iter().map(Merge::try_from).collect()
    }

    /// Deletes a merge. `false` if it does not exist.
    pub async fn delete_merge(&mut self, id: MergeId) -> Result<bool> {
        run!(self, DELETE, |sql| sqlx::query(sql).bind(id.0)).map(|rows| rows == 1)
    }

    /// Moves every merge into one user to another user.
    pub async fn move_merges(&mut self, from: UserId, to: UserId) -> Result<()> {
        run!(self, MOVE, |sql| sqlx::query(sql).bind(from.0).bind(to.0)).map(drop)
    }
}

impl Store {
    /// The merges into a user, oldest first.
    pub async fn list_merges(&self, kept: UserId) -> Result<Vec<Merge>> {
        let rows: Vec<MergeRow> = on!(&self.db, LIST, |conn, sql| sqlx::query_as(sql).bind(kept.0).fetch_all(conn))?;
        rows.into_iter().map(Merge::try_from).collect()
    }

    /// The user who had this `sub` before a merge.
    pub async fn find_user_by_former_sub(&self, sub: &Sub) -> Result<Option<User>> {
        let row: Option<UserRow> =
            on!(&self.db, KNOWN_AS, |conn, sql| sqlx::query_as(sql).bind(&sub.0).fetch_optional(conn))?;
        row.map(User::try_from).transpose()
    }

    /// Every `sub` that merges gave to a user.
    pub async fn list_former_subs(&self, kept: UserId) -> Result<Vec<Sub>> {
        let subs: Vec<String> =
            on!(&self.db, FORMER, |conn, sql| sqlx::query_scalar(sql).bind(kept.0).fetch_all(conn))?;
        Ok(subs.into_iter().map(Sub).collect())
    }
}
