//! Signing keys, their private halves sealed.

use crate::db::statements;
use crate::row::row;
use crate::{Result, Store, Tx};
use usher_domain::key::SigningKeyRecord;

row! {
    KEY: SigningKeyRecord of "signing_key" {
        kid, alg, created_at, active_at, retired_at, expires_at, pruned_at, public_jwk, sealed_private,
    }
}

statements! {
    with KEY;

    INSERT = "
        insert into signing_key (
            kid, alg, created_at, active_at, retired_at, expires_at, pruned_at, public_jwk, sealed_private
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ";
    UPDATE = "
        update signing_key
        set
            active_at = $2,
            retired_at = $3,
            expires_at = $4,
            pruned_at = $5,
            sealed_private = $6
        where kid = $1
    ";
    DELETE = "delete from signing_key where kid = $1";
    LIST = "
        select {KEY}
        from signing_key
        order by created_at, kid
    ";
}

impl Tx {
    /// Adds a key.
    pub async fn insert_key(&mut self, key: &SigningKeyRecord) -> Result<()> {
        self.query(INSERT)
            .bind(&key.kid)
            .bind(key.alg)
            .bind(key.created_at)
            .bind(key.active_at)
            .bind(key.retired_at)
            .bind(key.expires_at)
            .bind(key.pruned_at)
            .bind(&key.public_jwk)
            .bind(&key.sealed_private)
            .done()
            .await
    }

    /// Updates the lifecycle columns of a key.
    pub async fn update_key(&mut self, key: &SigningKeyRecord) -> Result<()> {
        self.query(UPDATE)
            .bind(&key.kid)
            .bind(key.active_at)
            .bind(key.retired_at)
            .bind(key.expires_at)
            .bind(key.pruned_at)
            .bind(&key.sealed_private)
            .done()
            .await
    }

    /// Deletes a key.
    pub async fn delete_key(&mut self, kid: &str) -> Result<()> {
        self.query(DELETE).bind(kid).done().await
    }

    /// Every key, oldest first, as this transaction sees them.
    pub async fn list_keys(&mut self) -> Result<Vec<SigningKeyRecord>> {
        self.query(LIST).all().await
    }
}

impl Store {
    /// Every key, oldest first.
    pub async fn list_keys(&self) -> Result<Vec<SigningKeyRecord>> {
        self.query(LIST).all().await
    }
}
