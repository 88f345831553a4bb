//! Merged users.

use crate::db::statements;
use crate::row::row;
use crate::users::USER;
use crate::{Result, Store, Tx};
use usher_domain::id::{MergeId, UserId};
use usher_domain::user::merge::Merge;
use usher_domain::user::{Sub, User};

row! {
    MERGE: Merge of "merge" { id, kept = "kept_id", merged = "merged_id", identities, merged_at, undo_until }
}

statements! {
    with MERGE, USER;

    INSERT = "
        insert into merge (id, kept_id, merged_id, identities, merged_at, undo_until)
        values ($1, $2, $3, $4, $5, $6)
    ";
    DELETE = "delete from merge where id = $1";
    FIND = "
        select {MERGE}
        from merge
        where id = $1
    ";
    LIST = "
        select {MERGE}
        from merge
        where kept_id = $1
        order by id
        limit 100
    ";
    MOVE = "
        update merge
        set kept_id = $2
        where kept_id = $1
    ";
    // The `sub` of a merged user leads to the user that was kept.
    KNOWN_AS = "
        select {k.USER}
        from users u
        join merge m on m.merged_id = u.id
        join users k on k.id = m.kept_id
        where u.sub = $1
    ";
    FORMER = "
        select u.sub
        from merge m
        join users u on u.id = m.merged_id
        where m.kept_id = $1
        order by m.id
        limit 100
    ";
}

impl Tx {
    /// Notes a merge.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if the merged user was merged already.
    pub async fn insert_merge(&mut self, merge: &Merge) -> Result<()> {
        self.query(INSERT)
            .bind(merge.id)
            .bind(merge.kept)
            .bind(merge.merged)
            .bind(&merge.identities)
            .bind(merge.merged_at)
            .bind(merge.undo_until)
            .done()
            .await
    }

    /// A merge, as this transaction sees it.
    pub async fn find_merge(&mut self, id: MergeId) -> Result<Option<Merge>> {
        self.query(FIND).bind(id).optional().await
    }

    /// The merges into a user, as this transaction sees them.
    pub async fn list_merges(&mut self, kept: UserId) -> Result<Vec<Merge>> {
        self.query(LIST).bind(kept).all().await
    }

    /// Deletes a merge. `false` if it does not exist.
    pub async fn delete_merge(&mut self, id: MergeId) -> Result<bool> {
        self.query(DELETE).bind(id).changed().await
    }

    /// Moves every merge into one user to another user.
    pub async fn move_merges(&mut self, from: UserId, to: UserId) -> Result<()> {
        self.query(MOVE).bind(from).bind(to).done().await
    }
}

impl Store {
    /// The merges into a user, oldest first.
    pub async fn list_merges(&self, kept: UserId) -> Result<Vec<Merge>> {
        self.query(LIST).bind(kept).all().await
    }

    /// The user who had this `sub` before a merge.
    pub async fn find_user_by_former_sub(&self, sub: &Sub) -> Result<Option<User>> {
        self.query(KNOWN_AS).bind(sub).optional().await
    }

    /// Every `sub` that merges gave to a user.
    pub async fn list_former_subs(&self, kept: UserId) -> Result<Vec<Sub>> {
        self.query(FORMER).bind(kept).all().await
    }
}
