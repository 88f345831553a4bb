//! The claims that were released to clients.

use std::collections::BTreeSet;

use crate::db::statements;
use crate::row::row;
use crate::{Result, Sql, StorageError, Store, Tx};
use usher_domain::id::{ClientId, ProjectId, UserId};
use usher_domain::oauth::claim_release::ClaimRelease;
use usher_domain::time::Timestamp;

row! {
    ACCESS: ClaimRelease of "access" { user_id, client_id, claims, first_used_at, last_used_at }
}

statements! {
    with ACCESS;

    LIST_OF_USER = "
        select {ACCESS}
        from access
        where user_id = $1
        order by client_id
        limit 500
    ";
    INSERT = "
        insert into access (user_id, client_id, claims, first_used_at, last_used_at)
        values ($1, $2, $3, $4, $4)
        on conflict (user_id, client_id) do nothing
    ";
    // PostgreSQL locks the row, so that no simultaneously released claims are lost.
    LOCK = "
        select {ACCESS}
        from access
        where user_id = $1 and client_id = $2
    " + postgres "for no key update";
    RELEASE = "
        update access
        set claims = $3, last_used_at = $4
        where user_id = $1 and client_id = $2
    ";
    LIST_OF_PROJECT = "
        select {a.ACCESS}
        from access a
        join client c on c.id = a.client_id
        where c.project_id = $1 and a.user_id > $2
        order by a.user_id, a.client_id
        limit $3 + 0
    ";
    LIST_OF_USER_IN = "
        select {a.ACCESS}
        from access a
        join client c on c.id = a.client_id
        where c.project_id = $1 and a.user_id = $2
        order by a.client_id
        limit 500
    ";
    DELETE = "delete from access where user_id = $1 and client_id = $2";
}

impl Tx {
    /// Records that claims of a user were released to a client, in addition to those released before.
    pub async fn release_claims(
        &mut self,
        user: UserId,
        client: &ClientId,
        claims: &BTreeSet<String>,
        now: Timestamp,
    ) -> Result<()> {
        let begin = ClaimRelease::begin(user, client.clone(), now);
        if self.write_access(INSERT, &begin.released(claims, now)).await? {
            return Ok(());
        }
        let written = match self.lock_access(user, client).await? {
            Some(access) => self.write_access(RELEASE, &access.released(claims, now)).await?,
            // The row was deleted between the two statements.
            None => self.write_access(INSERT, &begin.released(claims, now)).await?,
        };
        if written { Ok(()) } else { Err(StorageError::Conflict) }
    }

    async fn write_access(&mut self, sql: Sql, access: &ClaimRelease) -> Result<bool> {
        self.query(sql)
            .bind(access.user_id)
            .bind(&access.client_id)
            .bind(&access.claims)
            .bind(access.last_used_at)
            .changed()
            .await
    }

    async fn lock_access(&mut self, user: UserId, client: &ClientId) -> Result<Option<ClaimRelease>> {
        self.query(LOCK).bind(user).bind(client).optional().await
    }

    /// Deletes the record of the claims released to a client.
    pub async fn delete_access(&mut self, user: UserId, client: &ClientId) -> Result<()> {
        self.query(DELETE).bind(user).bind(client).done().await
    }
}

impl Store {
    /// The claims of a user that were released to every client, 500 clients at most.
    pub async fn list_accesses(&self, user: UserId) -> Result<Vec<ClaimRelease>> {
        self.query(LIST_OF_USER).bind(user).all().await
    }

    /// The claims that were released to the clients of a project, of users after this one, in the order of the users.
    pub async fn list_accesses_in(&self, project: ProjectId, after: UserId, size: u32) -> Result<Vec<ClaimRelease>> {
        self.query(LIST_OF_PROJECT).bind(project).bind(after).bind(size).all().await
    }

    /// The claims of one user that were released to the clients of a project.
    pub async fn list_accesses_of_user_in(&self, project: ProjectId, user: UserId) -> Result<Vec<ClaimRelease>> {
        self.query(LIST_OF_USER_IN).bind(project).bind(user).all().await
    }
}
