//! Upstream providers. Their secrets are sealed before they come here.

use sqlx::types::Json;

use super::db::{on, run, statements};
use super::row::JsonColumn;
use super::{Result, StorageError, Store, Tx};
use crate::domain::provider::{ProviderId, ProviderSettings};
use crate::domain::time::Timestamp;

statements! {
    PUT = "insert into provider (id, settings, secret, managed, created_at, updated_at) values ($1, $2, $3, $4, $5, $5) on conflict (id) do update set settings = excluded.settings, secret = excluded.secret, managed = excluded.managed, updated_at = excluded.updated_at";
    DELETE = "delete from provider where id = $1";
    FIND = "select id, settings, secret, managed, updated_at from provider where id = $1";
    // A house has a handful: no pages.
    LIST = "select id, settings, secret, managed, updated_at from provider order by created_at, id limit 100";
}

/// A provider as it is kept.
#[derive(Clone)]
pub struct StoredProvider {
    /// Its settings.
    pub settings: ProviderSettings,
    /// Its secret, sealed; none for public clients.
    pub secret: Option<Vec<u8>>,
    /// Is it written in the configuration file, and changed only there?
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

impl Tx<'_> {
    /// Adds a provider, or changes everything about it.
    pub async fn put_provider(&mut self, provider: &StoredProvider) -> Result<()> {
        run!(self, PUT, |sql| sqlx::query(sql)
            .bind(provider.settings.id.as_str())
            .bind(Json(&provider.settings))
            .bind(&provider.secret)
            .bind(provider.managed)
            .bind(provider.updated_at.0))
        .map(drop)
    }

    /// Removes a provider. The identities it vouched for stay, and lead nowhere until it is back.
    pub async fn delete_provider(&mut self, id: &ProviderId) -> Result<()> {
        run!(self, DELETE, |sql| sqlx::query(sql).bind(id.as_str())).map(drop)
    }
}

impl Store {
    /// A provider by its name in addresses.
    pub async fn find_provider(&self, id: &ProviderId) -> Result<Option<StoredProvider>> {
        let row: Option<ProviderRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(id.as_str()).fetch_optional(conn))?;
        row.map(StoredProvider::try_from).transpose()
    }

    /// Every provider, the first one first.
    pub async fn list_providers(&self) -> Result<Vec<StoredProvider>> {
        let rows: Vec<ProviderRow> = on!(&self.db, LIST, |conn, sql| sqlx::query_as(sql).fetch_all(conn))?;
        rows.into_iter().map(StoredProvider::try_from).collect()
    }
}
