//! Passkeys: public keys and their names.

use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::{on, on_tx, run, statements};
use crate::row::JsonColumn;
use crate::{Result, StorageError, Store, Tx};
use usher_domain::id::{CeremonyId, PasskeyId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::passkey::StoredPasskey;

statements! {
    INSERT = "insert into passkey (id, user_id, credential_id, handle, credential, name, synced, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    LIST = "select id, user_id, credential_id, handle, credential, name, synced, created_at, last_used_at from passkey where user_id = $1 order by id limit 100";
    FIND = "select id, user_id, credential_id, handle, credential, name, synced, created_at, last_used_at from passkey where credential_id = $1";
    // PostgreSQL locks the row, so that the higher counter of two simultaneous uses is kept.
    LOCK = "select id, user_id, credential_id, handle, credential, name, synced, created_at, last_used_at from passkey where id = $1", postgres "select id, user_id, credential_id, handle, credential, name, synced, created_at, last_used_at from passkey where id = $1 for no key update";
    USE = "update passkey set credential = $2, synced = $3, last_used_at = case when last_used_at > $4 then last_used_at else $4 end where id = $1 returning id";
    RENAME = "update passkey set name = $3 where user_id = $1 and id = $2";
    DELETE = "delete from passkey where user_id = $1 and id = $2";
    DELETE_ALL = "delete from passkey where user_id = $1";
    HOLD = "select 1 from users u join passkey p on p.user_id = u.id where u.id = $1 and u.status = 'active' and p.id = $2", postgres "select 1 from users u join passkey p on p.user_id = u.id where u.id = $1 and u.status = 'active' and p.id = $2 for share of u, p";
    SPEND = "insert into spent_ceremony (id, expires_at) values ($1, $2) on conflict (id) do nothing returning id";
    SWEEP = "delete from spent_ceremony where id in (select id from spent_ceremony where expires_at < $1 limit $2)";
}

#[derive(sqlx::FromRow)]
struct PasskeyRow {
    id: Uuid,
    user_id: Uuid,
    credential_id: Vec<u8>,
    handle: Uuid,
    credential: JsonColumn<Value>,
    name: String,
    synced: bool,
    created_at: i64,
    last_used_at: Option<i64>,
}

impl TryFrom<PasskeyRow> for StoredPasskey {
    type Error = StorageError;
    fn try_from(row: PasskeyRow) -> Result<Self> {
        Ok(Self {
            id: PasskeyId(row.id),
            user_id: UserId(row.user_id),
            credential_id: row.credential_id,
            handle: row.handle,
            credential: row.credential.read("passkey", "credential", row.id)?,
            name: row.name,
            synced: row.synced,
            created_at: Timestamp(row.created_at),
            last_used_at: row.last_used_at.map(Timestamp),
        })
    }
}

impl Tx {
    /// Adds a passkey.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if its credential id is known already.
    pub async fn insert_passkey(&mut self, passkey: &StoredPasskey) -> Result<()> {
        run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(passkey.id.0)
            .bind(passkey.user_id.0)
            .bind(&passkey.credential_id)
            .bind(passkey.handle)
            .bind(Json(&passkey.credential))
            .bind(&passkey.name)
            .bind(passkey.synced)
            .bind(passkey.created_at.0))
        .map(drop)
    }

    /// A passkey, locked until this transaction ends.
    pub async fn lock_passkey(&mut self, id: PasskeyId) -> Result<Option<StoredPasskey>> {
        let row: Option<PasskeyRow> =
            on_tx!(self, LOCK, |conn, sql| sqlx::query_as(sql).bind(id.0).fetch_optional(conn))?;
        row.map(StoredPasskey::try_from).transpose()
    }

    /// Records the use of a locked passkey, and what changed about it. `false` if it does not exist.
    pub async fn use_passkey(
        &mut self,
        id: PasskeyId,
        credential: &Value,
        synced: bool,
        now: Timestamp,
    ) -> Result<bool> {
        let used: Option<Uuid> = on_tx!(self, USE, |conn, sql| sqlx::query_scalar(sql)
            .bind(id.0)
            .bind(Json(credential))
            .bind(synced)
            .bind(now.0)
            .fetch_optional(conn))?;
        Ok(used.is_some())
    }

    /// Renames a passkey of a user. `false` if it does not exist.
    pub async fn rename_passkey(&mut self, user: UserId, id: PasskeyId, name: &str) -> Result<bool> {
        Ok(run!(self, RENAME, |sql| sqlx::query(sql).bind(user.0).bind(id.0).bind(name))? == 1)
    }

    /// Deletes a passkey of a user. `false` if it does not exist.
    pub async fn delete_passkey(&mut self, user: UserId, id: PasskeyId) -> Result<bool> {
        Ok(run!(self, DELETE, |sql| sqlx::query(sql).bind(user.0).bind(id.0))? == 1)
    }

    /// Deletes every passkey of a user.
    pub async fn delete_passkeys_of(&mut self, user: UserId) -> Result<u64> {
        run!(self, DELETE_ALL, |sql| sqlx::query(sql).bind(user.0))
    }

    /// Is the user active, and does the passkey still exist? Both stay locked until this transaction ends.
    pub async fn hold_passkey(&mut self, user: UserId, passkey: PasskeyId) -> Result<bool> {
        let found: Option<i32> =
            on_tx!(self, HOLD, |conn, sql| sqlx::query_scalar(sql).bind(user.0).bind(passkey.0).fetch_optional(conn))?;
        Ok(found.is_some())
    }

    /// Spends a ceremony. Only one caller ever gets `true`.
    pub async fn spend_ceremony(&mut self, id: CeremonyId, expires_at: Timestamp) -> Result<bool> {
        let spent: Option<Uuid> = on_tx!(self, SPEND, |conn, sql| sqlx::query_scalar(sql)
            .bind(id.0)
            .bind(expires_at.0)
            .fetch_optional(conn))?;
        Ok(spent.is_some())
    }

    /// Deletes a batch of spent ceremonies that expired before `before`.
    pub async fn sweep_ceremonies(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        run!(self, SWEEP, |sql| sqlx::query(sql).bind(before.0).bind(i64::from(batch)))
    }
}

impl Store {
    /// The passkeys of a user, oldest first, 100 at most.
    pub async fn list_passkeys(&self, user: UserId) -> Result<Vec<StoredPasskey>> {
        let rows: Vec<PasskeyRow> = on!(&self.db, LIST, |conn, sql| sqlx::query_as(sql).bind(user.0).fetch_all(conn))?;
        rows.into_iter().map(StoredPasskey::try_from).collect()
    }

    /// A passkey by its credential id.
    pub async fn find_passkey(&self, credential_id: &[u8]) -> Result<Option<StoredPasskey>> {
        let row: Option<PasskeyRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(credential_id).fetch_optional(conn))?;
        row.map(StoredPasskey::try_from).transpose()
    }
}
