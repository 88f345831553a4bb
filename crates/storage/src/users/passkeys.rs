//! Passkeys: public keys and their names.

use crate::db::statements;
use crate::row::row;
use crate::{Result, Store, Tx};
use serde_json::Value;
use usher_domain::id::{CeremonyId, PasskeyId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::passkey::StoredPasskey;

row! {
    PASSKEY: StoredPasskey of "passkey" {
        id, user_id, credential_id, handle, credential, name, synced, created_at, last_used_at,
    }
}

statements! {
    with PASSKEY;

    INSERT = "
        insert into passkey (id, user_id, credential_id, handle, credential, name, synced, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
    ";
    LIST = "
        select {PASSKEY}
        from passkey
        where user_id = $1
        order by id
        limit 100
    ";
    FIND = "
        select {PASSKEY}
        from passkey
        where credential_id = $1
    ";
    // PostgreSQL locks the row, so that the higher counter of two simultaneous uses is kept.
    LOCK = "
        select {PASSKEY}
        from passkey
        where id = $1
    " + postgres "for no key update";
    USE = "
        update passkey
        set
            credential = $2,
            synced = $3,
            last_used_at = case when last_used_at > $4 then last_used_at else $4 end
        where id = $1
        returning id
    ";
    RENAME = "
        update passkey
        set name = $3
        where user_id = $1 and id = $2
    ";
    DELETE = "delete from passkey where user_id = $1 and id = $2";
    DELETE_ALL = "delete from passkey where user_id = $1";
    HOLD = "
        select 1
        from users u
        join passkey p on p.user_id = u.id
        where u.id = $1 and u.status = 'active' and p.id = $2
    " + postgres "for share of u, p";
    SPEND = "
        insert into spent_ceremony (id, expires_at)
        values ($1, $2)
        on conflict (id) do nothing
        returning id
    ";
    SWEEP = "
        delete from spent_ceremony
        where id in (select id from spent_ceremony where expires_at < $1 limit $2 + 0)
    ";
}

impl Tx {
    /// Adds a passkey.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if its credential id is known already.
    pub async fn insert_passkey(&mut self, passkey: &StoredPasskey) -> Result<()> {
        self.query(INSERT)
            .bind(passkey.id)
            .bind(passkey.user_id)
            .bind(&passkey.credential_id)
            .bind(passkey.handle)
            .bind(&passkey.credential)
            .bind(&passkey.name)
            .bind(passkey.synced)
            .bind(passkey.created_at)
            .done()
            .await
    }

    /// A passkey, locked until this transaction ends.
    pub async fn lock_passkey(&mut self, id: PasskeyId) -> Result<Option<StoredPasskey>> {
        self.query(LOCK).bind(id).optional().await
    }

    /// Records the use of a locked passkey, and what changed about it. `false` if it does not exist.
    pub async fn use_passkey(
        &mut self,
        id: PasskeyId,
        credential: &Value,
        synced: bool,
        now: Timestamp,
    ) -> Result<bool> {
        self.query(USE).bind(id).bind(credential).bind(synced).bind(now).exists().await
    }

    /// Renames a passkey of a user. `false` if it does not exist.
    pub async fn rename_passkey(&mut self, user: UserId, id: PasskeyId, name: &str) -> Result<bool> {
        self.query(RENAME).bind(user).bind(id).bind(name).changed().await
    }

    /// Deletes a passkey of a user. `false` if it does not exist.
    pub async fn delete_passkey(&mut self, user: UserId, id: PasskeyId) -> Result<bool> {
        self.query(DELETE).bind(user).bind(id).changed().await
    }

    /// Deletes every passkey of a user.
    pub async fn delete_passkeys_of(&mut self, user: UserId) -> Result<u64> {
        self.query(DELETE_ALL).bind(user).run().await
    }

    /// Is the user active, and does the passkey still exist? Both stay locked until this transaction ends.
    pub async fn hold_passkey(&mut self, user: UserId, passkey: PasskeyId) -> Result<bool> {
        self.query(HOLD).bind(user).bind(passkey).exists().await
    }

    /// Spends a ceremony. Only one caller ever gets `true`.
    pub async fn spend_ceremony(&mut self, id: CeremonyId, expires_at: Timestamp) -> Result<bool> {
        self.query(SPEND).bind(id).bind(expires_at).exists().await
    }

    /// Deletes a batch of spent ceremonies that expired before `before`.
    pub async fn sweep_ceremonies(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(batch).run().await
    }
}

impl Store {
    /// The passkeys of a user, oldest first, 100 at most.
    pub async fn list_passkeys(&self, user: UserId) -> Result<Vec<StoredPasskey>> {
        self.query(LIST).bind(user).all().await
    }

    /// A passkey by its credential id.
    pub async fn find_passkey(&self, credential_id: &[u8]) -> Result<Option<StoredPasskey>> {
        self.query(FIND).bind(credential_id).optional().await
    }
}
