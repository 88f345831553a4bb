//! Clients.

use super::db::statements;
use super::row::row;
use super::{Result, Store, Tx};
use usher_domain::id::{ClientId, ProjectId};
use usher_domain::oauth::client::{Client, ClientSecret, ClientType};
use usher_domain::object_search::ObjectKind;
use usher_domain::page::MAX_PAGE;
use usher_domain::time::Timestamp;
use usher_protocol::client::metadata::ClientMetadata;

row! {
    CLIENT: Client of "client" {
        id, project_id, kind, metadata, secrets, created_at, updated_at, disabled_at, origin, trusted_at,
        project_acr = "(select required_acr from project where project.id = client.project_id)",
    }
}

/// Most sectors of one project that are read.
const MOST_SECTORS: &str = "1000";

statements! {
    with CLIENT, MOST_SECTORS;

    INSERT = "
        insert into client (
            id, project_id, kind, metadata, secrets, created_at, updated_at, disabled_at, sector, origin, trusted_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ";
    // Each statement changes only the columns that its use case owns.
    SET_METADATA = "
        update client
        set
            metadata = $2,
            sector = $4,
            updated_at = case when updated_at < $3 then $3 else updated_at end
        where id = $1
    ";
    // The type of a client that registered itself follows from its metadata.
    SET_DESCRIPTION = "
        update client
        set
            kind = $2,
            metadata = $3,
            sector = $5,
            updated_at = case when updated_at < $4 then $4 else updated_at end
        where id = $1
    ";
    SET_TRUSTED = "
        update client
        set
            trusted_at = $2,
            updated_at = case when updated_at < $3 then $3 else updated_at end
        where id = $1
    ";
    SET_SECRETS = "
        update client
        set
            secrets = $2,
            updated_at = case when updated_at < $3 then $3 else updated_at end
        where id = $1
    ";
    NOTE_SECRETS = "
        update client
        set secrets = $2
        where id = $1
    ";
    SET_DISABLED = "
        update client
        set
            disabled_at = $2,
            updated_at = case when updated_at < $3 then $3 else updated_at end
        where id = $1
    ";
    LOCK_EXCLUSIVELY = "
        select 1
        from client
        where id = $1
    " + postgres "for update";
    DELETE = "delete from client where id = $1";
    FIND = "
        select {CLIENT}
        from client
        where id = $1
    ";
    // SQLite has one writer anyway.
    LOCK = "
        select {CLIENT}
        from client
        where id = $1
    " + postgres "for no key update of client";
    PROJECT_OF = "
        select project_id
        from client
        where id = $1
    ";
    LIST = "
        select {CLIENT}
        from client
        where project_id = $1 and id > $2
        order by id
        limit $3 + 0
    ";
    LIST_ALL = "
        select {CLIENT}
        from client
        where id > $1
        order by id
        limit $2 + 0
    ";
    LIST_SECTORS = "
        select distinct sector
        from client
        where project_id = $1 and sector is not null
        order by sector
        limit {MOST_SECTORS}
    ";
    // Those of the clients of other projects that may ask for tokens for its APIs, too.
    LIST_SECTORS_OF_TOKENS = "
        select sector
        from client
        where project_id = $1 and sector is not null
        union
        select c.sector
        from apis a
        join api_client allowed on allowed.api_id = a.id
        join client c on c.id = allowed.client_id
        where a.project_id = $1 and c.sector is not null
        order by sector
        limit {MOST_SECTORS}
    ";
}

/// The column `sector`: empty for public identifiers, null for a client that gets no tokens of people.
fn sector_of(metadata: &ClientMetadata) -> Option<String> {
    metadata.knows_people().then(|| metadata.sector().unwrap_or_default())
}

impl Tx {
    /// Adds a client.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if there is a client of that id.
    pub async fn insert_client(&mut self, client: &Client) -> Result<()> {
        self.query(INSERT)
            .bind(&client.id)
            .bind(client.project_id)
            .bind(client.kind)
            .bind(&client.metadata)
            .bind(&client.secrets)
            .bind(client.created_at)
            .bind(client.updated_at)
            .bind(client.disabled_at)
            .bind(sector_of(&client.metadata))
            .bind(client.origin)
            .bind(client.trusted_at)
            .done()
            .await?;
        self.put_client_terms(&client.id, client.project_id, &client.metadata).await
    }

    async fn put_client_terms(&mut self, id: &ClientId, project: ProjectId, metadata: &ClientMetadata) -> Result<()> {
        let texts = [id.0.as_str(), metadata.client_name.as_str()];
        self.put_object_terms(ObjectKind::Client, &id.0, project, texts).await
    }

    /// Those of a client whose metadata changed.
    async fn renew_client_terms(&mut self, id: &ClientId, metadata: &ClientMetadata) -> Result<()> {
        match self.query(PROJECT_OF).bind(id).optional::<ProjectId>().await? {
            Some(project) => self.put_client_terms(id, project, metadata).await,
            None => Ok(()),
        }
    }

    /// Replaces the metadata. A caller that computes it from the stored metadata must hold [`Tx::lock_client`].
    pub async fn set_client_metadata(
        &mut self,
        id: &ClientId,
        metadata: &ClientMetadata,
        now: Timestamp,
    ) -> Result<()> {
        self.query(SET_METADATA).bind(id).bind(metadata).bind(now).bind(sector_of(metadata)).done().await?;
        self.renew_client_terms(id, metadata).await
    }

    /// Replaces type and metadata of a client that registered itself. The caller must hold [`Tx::lock_client`].
    pub async fn set_client_description(
        &mut self,
        id: &ClientId,
        kind: ClientType,
        metadata: &ClientMetadata,
        now: Timestamp,
    ) -> Result<()> {
        let query = self.query(SET_DESCRIPTION).bind(id).bind(kind).bind(metadata).bind(now);
        query.bind(sector_of(metadata)).done().await?;
        self.renew_client_terms(id, metadata).await
    }

    /// Notes that an administrator vouches for a client as of `since`, or no longer.
    pub async fn set_client_trusted(&mut self, id: &ClientId, since: Option<Timestamp>, now: Timestamp) -> Result<()> {
        self.query(SET_TRUSTED).bind(id).bind(since).bind(now).done().await
    }

    /// Replaces the secrets. A caller that computes them from the stored secrets must hold [`Tx::lock_client`].
    pub async fn set_client_secrets(&mut self, id: &ClientId, secrets: &[ClientSecret], now: Timestamp) -> Result<()> {
        self.query(SET_SECRETS).bind(id).bind(secrets).bind(now).done().await
    }

    /// Updates the use times of the secrets. `updated_at` does not change. The caller must hold [`Tx::lock_client`].
    pub async fn note_client_secrets(&mut self, id: &ClientId, secrets: &[ClientSecret]) -> Result<()> {
        self.query(NOTE_SECRETS).bind(id).bind(secrets).done().await
    }

    /// Disables a client as of `since`, or enables it again.
    pub async fn set_client_disabled(&mut self, id: &ClientId, since: Option<Timestamp>, now: Timestamp) -> Result<()> {
        self.query(SET_DISABLED).bind(id).bind(since).bind(now).done().await
    }

    /// Deletes a client and the consents given to it. `false` if it does not exist.
    pub async fn delete_client(&mut self, id: &ClientId) -> Result<bool> {
        if !self.query(LOCK_EXCLUSIVELY).bind(id).exists().await? {
            return Ok(false);
        }
        self.delete_dependents_of_client(id).await?;
        self.delete_object_terms(ObjectKind::Client, &id.0).await?;
        self.query(DELETE).bind(id).changed().await
    }

    /// A client by id. The row stays locked until this transaction ends.
    pub async fn lock_client(&mut self, id: &ClientId) -> Result<Option<Client>> {
        self.query(LOCK).bind(id).optional().await
    }

    /// Every client in the order of their ids, those after `after`, as this transaction sees them.
    pub async fn list_all_clients(&mut self, after: &str, size: u32) -> Result<Vec<Client>> {
        self.query(LIST_ALL).bind(after).bind(size.clamp(1, MAX_PAGE)).all().await
    }

    /// A client by id, as this transaction sees it.
    pub async fn find_client(&mut self, id: &ClientId) -> Result<Option<Client>> {
        self.query(FIND).bind(id).optional().await
    }

    /// The sectors of the subject identifiers that the clients of a project use, sorted; empty for public identifiers.
    pub async fn list_sectors(&mut self, project: ProjectId) -> Result<Vec<String>> {
        self.query(LIST_SECTORS).bind(project).all().await
    }

    /// The sectors of the subject identifiers in tokens that the project's modules check.
    pub async fn list_sectors_of_tokens(&mut self, project: ProjectId) -> Result<Vec<String>> {
        self.query(LIST_SECTORS_OF_TOKENS).bind(project).all().await
    }
}

impl Store {
    /// The sectors of the subject identifiers that the clients of a project use, sorted; empty for public identifiers.
    pub async fn list_sectors(&self, project: ProjectId) -> Result<Vec<String>> {
        self.query(LIST_SECTORS).bind(project).all().await
    }

    /// A client by id.
    pub async fn find_client(&self, id: &ClientId) -> Result<Option<Client>> {
        self.query(FIND).bind(id).optional().await
    }

    /// The clients of a project in the order of their ids, those after `after` (`""` for the first page).
    pub async fn list_clients(&self, project: ProjectId, after: &str, size: u32) -> Result<Vec<Client>> {
        let size = size.clamp(1, MAX_PAGE);
        self.query(LIST).bind(project).bind(after).bind(size).all().await
    }

    /// Every client in the order of their ids, those after `after` (`""` for the first page).
    pub async fn list_all_clients(&self, after: &str, size: u32) -> Result<Vec<Client>> {
        let size = size.clamp(1, MAX_PAGE);
        self.query(LIST_ALL).bind(after).bind(size).all().await
    }
}
