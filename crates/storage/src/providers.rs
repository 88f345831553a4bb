//! Upstream providers. Their secrets are sealed before they are stored.

use super::db::statements;
use super::row::row;
use super::{Result, Store, Tx};
use usher_domain::provider::{ProviderId, ProviderSettings};
use usher_domain::time::Timestamp;

row! {
    PROVIDER: StoredProvider of "provider" by id { settings, secret, managed, updated_at }
}

statements! {
    with PROVIDER;

    INSERT = "
        insert into provider (id, settings, secret, managed, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $5)
        on conflict (id) do nothing
    ";
    // PostgreSQL locks the row, so that it cannot change between reading and replacing it.
    LOCK = "
        select {PROVIDER}
        from provider
        where id = $1
    " + postgres "for update";
    REPLACE = "
        update provider
        set
            settings = $2,
            secret = $3,
            managed = $4,
            updated_at = case when updated_at < $5 then $5 else updated_at end
        where id = $1
    ";
    DELETE = "delete from provider where id = $1";
    FIND = "
        select {PROVIDER}
        from provider
        where id = $1
    ";
    // A server has a handful of providers: no pages.
    LIST = "
        select {PROVIDER}
        from provider
        order by created_at, id
        limit 100
    ";
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

impl Tx {
    /// A provider, locked until this transaction ends.
    pub async fn lock_provider(&mut self, id: &ProviderId) -> Result<Option<StoredProvider>> {
        self.query(LOCK).bind(id).optional().await
    }

    /// Replaces the provider that the caller read, or inserts one if it read none. `false`, and nothing changes, if
    /// the row was changed since.
    pub async fn replace_provider(&mut self, seen: Option<&StoredProvider>, provider: &StoredProvider) -> Result<bool> {
        if self.lock_provider(&provider.settings.id).await?.as_ref() != seen {
            return Ok(false);
        }
        let sql = if seen.is_some() { REPLACE } else { INSERT };
        self.query(sql)
            .bind(&provider.settings.id)
            .bind(&provider.settings)
            .bind(&provider.secret)
            .bind(provider.managed)
            .bind(provider.updated_at)
            .changed()
            .await
    }

    /// Deletes a provider. Its identities stay, and cannot be used until it is added again.
    pub async fn delete_provider(&mut self, id: &ProviderId) -> Result<()> {
        self.query(DELETE).bind(id).done().await
    }
}

impl Store {
    /// A provider by its id.
    pub async fn find_provider(&self, id: &ProviderId) -> Result<Option<StoredProvider>> {
        self.query(FIND).bind(id).optional().await
    }

    /// Every provider, oldest first.
    pub async fn list_providers(&self) -> Result<Vec<StoredProvider>> {
        self.query(LIST).all().await
    }
}
