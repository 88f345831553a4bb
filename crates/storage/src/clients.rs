//! Clients.

use sqlx::types::Json;
use uuid::Uuid;

use super::db::{on, on_tx, run, statements};
use super::row::{JsonColumn, unreadable};
use super::{Result, StorageError, Store, Tx};
use usher_domain::id::{ClientId, ProjectId};
use usher_domain::oauth::client::{Client, ClientSecret};
use usher_domain::page::MAX_PAGE;
use usher_domain::time::Timestamp;
use usher_protocol::client_metadata::ClientMetadata;

statements! {
    INSERT = "insert into client (id, project_id, kind, metadata, secrets, created_at, updated_at, disabled_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    // Each statement changes only the columns that its use case owns.
    SET_METADATA = "update client set metadata = $2, updated_at = case when updated_at < $3 then $3 else updated_at end where id = $1";
    SET_SECRETS = "update client set secrets = $2, updated_at = case when updated_at < $3 then $3 else updated_at end where id = $1";
    NOTE_SECRETS = "update client set secrets = $2 where id = $1";
    SET_DISABLED = "update client set disabled_at = $2, updated_at = case when updated_at < $3 then $3 else updated_at end where id = $1";
    LOCK_EXCLUSIVELY = "select 1 from client where id = $1", postgres "select 1 from client where id = $1 for update";
    DELETE = "delete from client where id = $1";
    FIND = "select id, project_id, kind, metadata, secrets, created_at, updated_at, disabled_at, (select required_acr from project where project.id = client.project_id) as project_acr from client where id = $1";
    // SQLite has one writer anyway.
    LOCK = "select id, project_id, kind, metadata, secrets, created_at, updated_at, disabled_at, (select required_acr from project where project.id = client.project_id) as project_acr from client where id = $1", postgres "select id, project_id, kind, metadata, secrets, created_at, updated_at, disabled_at, (select required_acr from project where project.id = client.project_id) as project_acr from client where id = $1 for no key update of client";
    LIST = "select id, project_id, kind, metadata, secrets, created_at, updated_at, disabled_at, (select required_acr from project where project.id = client.project_id) as project_acr from client where project_id = $1 and id > $2 order by id limit $3";
    LIST_ALL = "select id, project_id, kind, metadata, secrets, created_at, updated_at, disabled_at, (select required_acr from project where project.id = client.project_id) as project_acr from client where id > $1 order by id limit $2";
}

#[derive(sqlx::FromRow)]
struct ClientRow {
    id: String,
    project_id: Uuid,
    kind: String,
    metadata: JsonColumn<ClientMetadata>,
    secrets: JsonColumn<Vec<ClientSecret>>,
    created_at: i64,
    updated_at: i64,
    disabled_at: Option<i64>,
    project_acr: Option<String>,
}

impl TryFrom<ClientRow> for Client {
    type Error = StorageError;
    fn try_from(row: ClientRow) -> Result<Self> {
        Ok(Self {
            kind: row.kind.parse().map_err(|_| unreadable("client", "kind", &row.id))?,
            metadata: row.metadata.read("client", "metadata", &row.id)?,
            secrets: row.secrets.read("client", "secrets", &row.id)?,
            id: ClientId(row.id),
            project_id: ProjectId(row.project_id),
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
            disabled_at: row.disabled_at.map(Timestamp),
            project_acr: row.project_acr,
        })
    }
}

impl Tx {
    /// Adds a client.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if there is a client of that id.
    pub async fn insert_client(&mut self, client: &Client) -> Result<()> {
        run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(&client.id.0)
            .bind(client.project_id.0)
            .bind(client.kind.as_str())
            .bind(Json(&client.metadata))
            .bind(Json(&client.secrets))
            .bind(client.created_at.0)
            .bind(client.updated_at.0)
            .bind(client.disabled_at.map(|at| at.0)))
        .map(drop)
    }

    /// Replaces the metadata. A caller that computes it from the stored metadata must hold [`Tx::lock_client`].
    pub async fn set_client_metadata(
        &mut self,
        id: &ClientId,
        metadata: &ClientMetadata,
        now: Timestamp,
    ) -> Result<()> {
        run!(self, SET_METADATA, |sql| sqlx::query(sql).bind(&id.0).bind(Json(metadata)).bind(now.0)).map(drop)
    }

    /// Replaces the secrets. A caller that computes them from the stored secrets must hold [`Tx::lock_client`].
    pub async fn set_client_secrets(&mut self, id: &ClientId, secrets: &[ClientSecret], now: Timestamp) -> Result<()> {
        run!(self, SET_SECRETS, |sql| sqlx::query(sql).bind(&id.0).bind(Json(secrets)).bind(now.0)).map(drop)
    }

    /// Updates the use times of the secrets. `updated_at` does not change. The caller must hold [`Tx::lock_client`].
    pub async fn note_client_secrets(&mut self, id: &ClientId, secrets: &[ClientSecret]) -> Result<()> {
        run!(self, NOTE_SECRETS, |sql| sqlx::query(sql).bind(&id.0).bind(Json(secrets))).map(drop)
    }

    /// Disables a client as of `since`, or enables it again.
    pub async fn set_client_disabled(&mut self, id: &ClientId, since: Option<Timestamp>, now: Timestamp) -> Result<()> {
        run!(self, SET_DISABLED, |sql| sqlx::query(sql).bind(&id.0).bind(since.map(|at| at.0)).bind(now.0)).map(drop)
    }

    /// Deletes a client and the consents given to it. `false` if it does not exist.
    pub async fn delete_client(&mut self, id: &ClientId) -> Result<bool> {
        let found: Option<i32> =
            on_tx!(self, LOCK_EXCLUSIVELY, |conn, sql| sqlx::query_scalar(sql).bind(&id.0).fetch_optional(conn))?;
        if found.is_none() {
            return Ok(false);
        }
        self.delete_dependents_of_client(id).await?;
        let done: u64 = run!(self, DELETE, |sql| sqlx::query(sql).bind(&id.0))?;
        Ok(done == 1)
    }

    /// A client by id. The row stays locked until this transaction ends.
    pub async fn lock_client(&mut self, id: &ClientId) -> Result<Option<Client>> {
        let row: Option<ClientRow> =
            on_tx!(self, LOCK, |conn, sql| sqlx::query_as(sql).bind(&id.0).fetch_optional(conn))?;
        row.map(Client::try_from).transpose()
    }

    /// A client by id, as this transaction sees it.
    pub async fn find_client(&mut self, id: &ClientId) -> Result<Option<Client>> {
        let row: Option<ClientRow> =
            on_tx!(self, FIND, |conn, sql| sqlx::query_as(sql).bind(&id.0).fetch_optional(conn))?;
        row.map(Client::try_from).transpose()
    }
}

impl Store {
    /// A client by id.
    pub async fn find_client(&self, id: &ClientId) -> Result<Option<Client>> {
        let row: Option<ClientRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(&id.0).fetch_optional(conn))?;
        row.map(Client::try_from).transpose()
    }

    /// The clients of a project in the order of their ids, those after `after` (`""` for the first page).
    pub async fn list_clients(&self, project: ProjectId, after: &str, size: u32) -> Result<Vec<Client>> {
        let size = i64::from(size.clamp(1, MAX_PAGE));
        let rows: Vec<ClientRow> = on!(&self.db, LIST, |conn, sql| sqlx::query_as(sql)
            .bind(project.0)
            .bind(after)
            .bind(size)
            .fetch_all(conn))?;
        rows.into_iter().map(Client::try_from).collect()
    }

    /// Every client in the order of their ids, those after `after` (`""` for the first page).
    pub async fn list_all_clients(&self, after: &str, size: u32) -> Result<Vec<Client>> {
        let size = i64::from(size.clamp(1, MAX_PAGE));
        let rows: Vec<ClientRow> =
            on!(&self.db, LIST_ALL, |conn, sql| sqlx::query_as(sql).bind(after).bind(size).fetch_all(conn))?;
        rows.into_iter().map(Client::try_from).collect()
    }
}
