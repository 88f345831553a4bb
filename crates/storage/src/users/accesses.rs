//! The claims that were released to clients.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::types::Json;
use uuid::Uuid;

use crate::db::{on, on_tx, run, statements};
use crate::row::JsonColumn;
use crate::{Result, Sql, StorageError, Store, Tx};
use usher_domain::id::{ClientId, ProjectId, UserId};
use usher_domain::oauth::claim_release::ClaimRelease;
use usher_domain::time::Timestamp;

statements! {
    LIST_OF_USER = "select user_id, client_id, claims, first_used_at, last_used_at from access where user_id = $1 order by client_id limit 500";
    INSERT = "insert into access (user_id, client_id, claims, first_used_at, last_used_at) values ($1, $2, $3, $4, $4) on conflict (user_id, client_id) do nothing";
    // PostgreSQL locks the row, so that no simultaneously released claims are lost.
    LOCK = "select user_id, client_id, claims, first_used_at, last_used_at from access where user_id = $1 and client_id = $2", postgres "select user_id, client_id, claims, first_used_at, last_used_at from access where user_id = $1 and client_id = $2 for no key update";
    RELEASE = "update access set claims = $3, last_used_at = $4 where user_id = $1 and client_id = $2";
    LIST_OF_PROJECT = "select a.user_id, a.client_id, a.claims, a.first_used_at, a.last_used_at from access a join client c on c.id = a.client_id where c.project_id = $1 and a.user_id > $2 order by a.user_id, a.client_id limit $3";
    LIST_OF_USER_IN = "select a.user_id, a.client_id, a.claims, a.first_used_at, a.last_used_at from access a join client c on c.id = a.client_id where c.project_id = $1 and a.user_id = $2 order by a.client_id limit 500";
    DELETE = "delete from access where user_id = $1 and client_id = $2";
}

#[derive(sqlx::FromRow)]
struct AccessRow {
    user_id: Uuid,
    client_id: String,
    claims: JsonColumn<BTreeMap<String, Timestamp>>,
    first_used_at: i64,
    last_used_at: i64,
}

impl TryFrom<AccessRow> for ClaimRelease {
    type Error = StorageError;
    fn try_from(row: AccessRow) -> Result<Self> {
        Ok(Self {
            user_id: UserId(row.user_id),
            client_id: ClientId(row.client_id),
            claims: row.claims.read("access", "claims", row.user_id)?,
            first_used_at: Timestamp(row.first_used_at),
            last_used_at: Timestamp(row.last_used_at),
        })
    }
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
        let written = run!(self, sql, |sql| sqlx::query(sql)
            .bind(access.user_id.0)
            .bind(&access.client_id.0)
            .bind(Json(&access.claims))
            .bind(access.last_used_at.0))?;
        Ok(written == 1)
    }

    async fn lock_access(&mut self, user: UserId, client: &ClientId) -> Result<Option<ClaimRelease>> {
        let row: Option<AccessRow> =
            on_tx!(self, LOCK, |conn, sql| sqlx::query_as(sql).bind(user.0).bind(&client.0).fetch_optional(conn))?;
        row.map(ClaimRelease::try_from).transpose()
    }

    /// Deletes the record of the claims released to a client.
    pub async fn delete_access(&mut self, user: UserId, client: &ClientId) -> Result<()> {
        run!(self, DELETE, |sql| sqlx::query(sql).bind(user.0).bind(&client.0)).map(drop)
    }
}

impl Store {
    /// The claims of a user that were released to every client, 500 clients at most.
    pub async fn list_accesses(&self, user: UserId) -> Result<Vec<ClaimRelease>> {
        let rows: Vec<AccessRow> =
            on!(&self.db, LIST_OF_USER, |conn, sql| sqlx::query_as(sql).bind(user.0).fetch_all(conn))?;
        rows.into_iter().map(ClaimRelease::try_from).collect()
    }

    /// The claims that were released to the clients of a project, of users after this one, in the order of the users.
    pub async fn list_accesses_in(&self, project: ProjectId, after: UserId, size: u32) -> Result<Vec<ClaimRelease>> {
        let rows: Vec<AccessRow> = on!(&self.db, LIST_OF_PROJECT, |conn, sql| sqlx::query_as(sql)
            .bind(project.0)
            .bind(after.0)
            .bind(i64::from(size))
            .fetch_all(conn))?;
        rows.into_iter().map(ClaimRelease::try_from).collect()
    }

    /// The claims of one user that were released to the clients of a project.
    pub async fn list_accesses_of_user_in(&self, project: ProjectId, user: UserId) -> Result<Vec<ClaimRelease>> {
        let rows: Vec<AccessRow> = on!(&self.db, LIST_OF_USER_IN, |conn, sql| sqlx::query_as(sql)
            .bind(project.0)
            .bind(user.0)
            .fetch_all(conn))?;
        rows.into_iter().map(ClaimRelease::try_from).collect()
    }
}
