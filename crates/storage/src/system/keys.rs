//! Signing keys, their private halves sealed.

use sqlx::types::Json;

use crate::db::{on, on_tx, run, statements};
use crate::row::{JsonColumn, unreadable};
use crate::{Result, StorageError, Store, Tx};
use usher_domain::key::SigningKeyRecord;
use usher_domain::time::Timestamp;

statements! {
    INSERT = "insert into signing_key (kid, alg, created_at, active_at, retired_at, expires_at, pruned_at, public_jwk, sealed_private) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    UPDATE = "update signing_key set active_at = $2, retired_at = $3, expires_at = $4, pruned_at = $5, sealed_private = $6 where kid = $1";
    DELETE = "delete from signing_key where kid = $1";
    LIST = "select kid, alg, created_at, active_at, retired_at, expires_at, pruned_at, public_jwk, sealed_private from signing_key order by created_at, kid";
}

#[derive(sqlx::FromRow)]
struct SigningKeyRow {
    kid: String,
    alg: String,
    created_at: i64,
    active_at: Option<i64>,
    retired_at: Option<i64>,
    expires_at: Option<i64>,
    pruned_at: Option<i64>,
    public_jwk: JsonColumn<serde_json::Value>,
    sealed_private: Vec<u8>,
}

impl TryFrom<SigningKeyRow> for SigningKeyRecord {
    type Error = StorageError;
    fn try_from(row: SigningKeyRow) -> Result<Self> {
        Ok(Self {
            alg: row.alg.parse().map_err(|_| unreadable("signing_key", "alg", &row.kid))?,
            created_at: Timestamp(row.created_at),
            active_at: row.active_at.map(Timestamp),
            retired_at: row.retired_at.map(Timestamp),
            expires_at: row.expires_at.map(Timestamp),
            pruned_at: row.pruned_at.map(Timestamp),
            public_jwk: row.public_jwk.read("signing_key", "public_jwk", &row.kid)?,
            kid: row.kid,
            sealed_private: row.sealed_private,
        })
    }
}

impl Tx {
    /// Adds a key.
    pub async fn insert_key(&mut self, key: &SigningKeyRecord) -> Result<()> {
        run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(&key.kid)
            .bind(key.alg.as_str())
            .bind(key.created_at.0)
            .bind(key.active_at.map(|at| at.0))
            .bind(key.retired_at.map(|at| at.0))
            .bind(key.expires_at.map(|at| at.0))
            .bind(key.pruned_at.map(|at| at.0))
            .bind(Json(&key.public_jwk))
            .bind(&key.sealed_private))
        .map(drop)
    }

    /// Updates the lifecycle columns of a key.
    pub async fn update_key(&mut self, key: &SigningKeyRecord) -> Result<()> {
        run!(self, UPDATE, |sql| sqlx::query(sql)
            .bind(&key.kid)
            .bind(key.active_at.map(|at| at.0))
            .bind(key.retired_at.map(|at| at.0))
            .bind(key.expires_at.map(|at| at.0))
            .bind(key.pruned_at.map(|at| at.0))
            .bind(&key.sealed_private))
        .map(drop)
    }

    /// Deletes a key.
    pub async fn delete_key(&mut self, kid: &str) -> Result<()> {
        run!(self, DELETE, |sql| sqlx::query(sql).bind(kid)).map(drop)
    }

    /// Every key, oldest first, as this transaction sees them.
    pub async fn list_keys(&mut self) -> Result<Vec<SigningKeyRecord>> {
        let rows: Vec<SigningKeyRow> = on_tx!(self, LIST, |conn, sql| sqlx::query_as(sql).fetch_all(conn))?;
        rows.into_iter().map(SigningKeyRecord::try_from).collect()
    }
}

impl Store {
    /// Every key, oldest first.
    pub async fn list_keys(&self) -> Result<Vec<SigningKeyRecord>> {
        let rows: Vec<SigningKeyRow> = on!(&self.db, LIST, |conn, sql| sqlx::query_as(sql).fetch_all(conn))?;
        rows.into_iter().map(SigningKeyRecord::try_from).collect()
    }
}
