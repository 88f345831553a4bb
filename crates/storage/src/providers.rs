//! Upstream providers. Their secrets are sealed before they are stored.

use sqlx::types::Json;

use super::db::{on, on_tx, run, statements};
use super::row::JsonColumn;
use super::{Result, StorageError, Store, Tx};
use usher_domain::provider::{ProviderId, ProviderSettings};
use usher_domain::time::Timestamp;

statements! {
    INSERT = "insert into provider (id, settings, secret, managed, created_at, updated_at) values ($1, $2, $3, $4, $5, $5) on conflict (id) do nothing";
    // PostgreSQL locks the row, so that it cannot change between reading and replacing it.
    LOCK = "select id, settings, secret, managed, updated_at from provider where id = $1", postgres "select id, settings, secret, managed, updated_at from provider where id = $1 for update";
    REPLACE = "update provider set settings = $2, secret = $3, managed = $4, updated_at = case when updated_at < $5 then $5 else updated_at end where id = $1";
    DELETE = "delete from provider where id = $1";
    FIND = "select id, settings, secret, managed, updated_at from provider where id = $1";
    // A server has a handful of providers: no pages.
    LIST = "select id, settings, secret, managed, updated_at from provider order by created_at, id limit 100";
}

/// A provider as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredProvider {
    /// Its settings.
    pub settings: ProviderSettings,
    /// Its secret, sealed; none for public clients.
    pub secret: Option<Vec<u8>>,
    /// Is it defined in the configuration file, and changed only there?
    pub managed: bool,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct ProviderRow {
    id: String,
    settings: JsonColumn<ProviderSettings>,
    secret: Option<Vec<u8>>,
    managed: bool,
    updated_at: i64,
}

impl TryFrom<ProviderRow> for StoredProvider {
    type Error = StorageError;
    fn try_from(row: ProviderRow) -> Result<Self> {
        Ok(Self {
            settings: row.settings.read("provider", "settings", &row.id)?,
            secret: row.secret,
            managed: row.managed,
            updated_at: Timestamp(row.updated_at),
        })
    }
}

impl Tx {
    /// A provider, locked until this transaction ends.
    pub async fn lock_provider(&mut self, id: &ProviderId) -> Result<Option<StoredProvider>> {
        let row: Option<ProviderRow> =
            on_tx!(self, LOCK, |conn, sql| sqlx::query_as(sql).bind(id.as_str()).fetch_optional(conn))?;
        row.map(StoredProvider::try_from).transpose()
    }

    /// Replaces the provider that the caller read, or inserts one if it read none. `false`, and nothing changes, if
    /// the row was changed since.
    pub async fn replace_provider(&mut self, seen: Option<&StoredProvider>, provider: &StoredProvider) -> Result<bool> {
        if self.lock_provider(&provider.settings.id).await?.as_ref() != seen {
            return Ok(false);
        }
        let sql = if seen.is_some() { REPLACE } else { INSERT };
        let written = run!(self, sql, |sql| sqlx::query(sql)
            .bind(provider.settings.id.as_str())
            .bind(Json(&provider.settings))
            .bind(&provider.secret)
            .bind(provider.managed)
            .bind(provider.updated_at.0))?;
        Ok(written == 1)
    }

    /// Deletes a provider. Its identities stay, and cannot be used until it is added again.
    pub async fn delete_provider(&mut self, id: &ProviderId) -> Result<()> {
        run!(self, DELETE, |sql| sqlx::query(sql).bind(id.as_str())).map(drop)
    }
}

impl Store {
    /// A provider by its id.
    pub async fn find_provider(&self, id: &ProviderId) -> Result<Option<StoredProvider>> {
        let row: Option<ProviderRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(id.as_str()).fetch_optional(conn))?;
        row.map(StoredProvider::try_from).transpose()
    }

    /// Every provider, oldest first.
    pub async fn list_providers(&self) -> Result<Vec<StoredProvider>> {
        let rows: Vec<ProviderRow> = on!(&self.db, LIST, |conn, sql| sqlx::query_as(sql).fetch_all(conn))?;
        rows.into_iter().map(StoredProvider::try_from).collect()
    }
}
