//! Administration of clients.

use crate::apis::Apis;
use crate::core::Core;
use crate::upstream::providers::Providers;
use moka::sync::Cache;
use std::sync::Arc;
use url::Url;

use crate::admin::sector::{self, change_fault, is_proven};
use crate::error::{FlowError, Rejected};
use aws_lc_rs::digest;
use usher_domain::event::{Event, EventKind};
use usher_domain::id::{ClientId, ProjectId};
use usher_domain::oauth::client::{Client, ClientType};
use usher_domain::oauth::client_origin::ClientOrigin;
use usher_domain::oauth::first_party_client::is_first_party_client;
use usher_domain::text::check_name;
use usher_protocol::client::metadata::{AuthMethod, ClientMetadata, MetadataFault};
use usher_storage::{StorageError, Tx};

/// The longest name of a client, in characters.
pub const MAX_CLIENT_NAME: u32 = 100;

/// A client to create.
pub struct NewClient {
    pub project: ProjectId,
    pub kind: ClientType,
    pub metadata: ClientMetadata,
    /// Its id; generated if absent. Only development mode sets one.
    pub id: Option<ClientId>,
}

/// A client with its secret, if it is confidential: shown once, stored as a hash.
#[derive(Debug, Clone)]
pub struct RegisteredClient {
    pub client: Client,
    pub secret: Option<String>,
}

/// SHA-256 in hexadecimal, as client secrets are stored.
pub fn sha256_hex(text: &str) -> String {
    use std::fmt::Write as _;
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    hash.as_ref().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Clients and their secrets.
pub struct Clients {
    pub core: Arc<Core>,
    pub apis: Arc<Apis>,
    pub providers: Arc<Providers>,
    /// Recently used clients.
    pub cache: Cache<ClientId, Arc<Client>>,
    /// Client secrets whose use was recently recorded.
    pub secret_uses: Cache<(ClientId, String), ()>,
}

impl Clients {
    /// A client, from the cache or the database.
    pub async fn find_client(&self, id: &ClientId) -> Result<Option<Arc<Client>>, FlowError> {
        if let Some(known) = self.cache.get(id) {
            return Ok(Some(known));
        }
        self.reload_client(id).await
    }

    /// A client from the database, whatever the cache holds.
    pub async fn reload_client(&self, id: &ClientId) -> Result<Option<Arc<Client>>, FlowError> {
        let client = self.core.store.find_client(id).await?.map(Arc::new);
        match &client {
            Some(client) => self.cache.insert(id.clone(), client.clone()),
            None => self.cache.invalidate(id),
        }
        Ok(client)
    }

    /// Creates a client.
    ///
    /// # Errors
    /// [`Rejected::Metadata`] with every fault, [`Rejected::NotFound`] if there is no such project.
    pub async fn create_client(&self, new: NewClient) -> Result<RegisteredClient, FlowError> {
        let metadata = self.checked_metadata(new.metadata)?;
        Box::pin(sector::prove(self.providers.outbound(), None, &metadata)).await?;
        if self.core.store.find_project(new.project).await?.is_none() {
            return Err(Rejected::NotFound("project").into());
        }
        let now = self.core.now();
        // The prefix distinguishes it from every `sub` (RFC 9700 §4.15).
        let id = new.id.unwrap_or_else(|| ClientId(format!("client_{}", self.core.random.handle())));
        let method = metadata.token_endpoint_auth_method;
        let (secret, held) = method.has_secret().then(|| self.new_secret(&id, method, now)).unzip();
        let client = Client {
            id,
            project_id: new.project,
            kind: new.kind,
            metadata,
            secrets: held.into_iter().collect(),
            created_at: now,
            updated_at: now,
            disabled_at: None,
            origin: ClientOrigin::Managed,
            trusted_at: None,
            project_acr: None,
        };
        let event = self.core.event(EventKind::CLIENT_CREATED).with_client(&client.id).with_project(client.project_id);
        let mut tx = self.core.store.begin().await?;
        self.apis.check_audience(&mut tx, &client, &[]).await?;
        tx.insert_client(&client).await?;
        tx.append(&event).await?;
        tx.commit().await?;
        Ok(RegisteredClient { client, secret })
    }

    /// Checks metadata, and whether outgoing calls to its URLs are allowed. Returns it with the name as stored.
    pub(super) fn checked_metadata(&self, metadata: ClientMetadata) -> Result<ClientMetadata, Rejected> {
        let name = check_name(&metadata.client_name, MAX_CLIENT_NAME)
            .map_err(|rule| MetadataFault::new("client_name", rule.to_string()));
        match (name, metadata.check(&self.core.grant_types)) {
            (Ok(client_name), Ok(())) => match self.impossible(&metadata) {
                faults if faults.is_empty() => Ok(ClientMetadata { client_name, ..metadata }),
                faults => Err(Rejected::Metadata(faults)),
            },
            (name, others) => {
                let others = others.err().unwrap_or_default();
                Err(Rejected::Metadata(name.err().into_iter().chain(others).collect()))
            }
        }
    }

    /// What this installation cannot do: the URLs of a client that it would call and may not, and certificates.
    fn impossible(&self, metadata: &ClientMetadata) -> Vec<MetadataFault> {
        let may_call = |uri| Url::parse(uri).is_ok_and(|url| self.providers.outbound().may_call(&url).is_ok());
        let uncallable = metadata.called_uris().filter(|(_, uri)| !may_call(uri));
        let fault = "may not be called: it is not a public https address";
        let uncallable = uncallable.map(|(member, _)| MetadataFault::new(member, fault));
        uncallable.chain(self.without_certificates(metadata)).collect()
    }

    /// What needs certificates of clients, which this installation does not accept.
    fn without_certificates(&self, metadata: &ClientMetadata) -> Option<MetadataFault> {
        let (settings, method) = (&self.core.config.mutual_tls, metadata.token_endpoint_auth_method);
        let fault = |member, needs: &str| Some(MetadataFault::new(member, format!("needs the setting {needs}")));
        match method {
            AuthMethod::TlsClientAuth if settings.ca.is_none() => fault("token_endpoint_auth_method", "mtls.ca"),
            AuthMethod::SelfSignedTlsClientAuth if !settings.is_on() => {
                fault("token_endpoint_auth_method", "mtls.listen or mtls.header")
            }
            _ if metadata.tls_client_certificate_bound_access_tokens && !settings.is_on() => {
                fault("tls_client_certificate_bound_access_tokens", "mtls.listen or mtls.header")
            }
            _ => None,
        }
    }

    /// A client by its id.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn load_client(&self, id: &str) -> Result<Client, FlowError> {
        let id: ClientId = id.parse().map_err(|_| Rejected::NotFound("client"))?;
        self.core.store.find_client(&id).await?.ok_or_else(|| Rejected::NotFound("client").into())
    }

    /// The clients of a project.
    pub async fn list_clients(&self, project: ProjectId, after: &str, size: u32) -> Result<Vec<Client>, FlowError> {
        Ok(self.core.store.list_clients(project, after, size).await?)
    }

    /// Every client.
    pub async fn list_all_clients(&self, after: &str, size: u32) -> Result<Vec<Client>, FlowError> {
        Ok(self.core.store.list_all_clients(after, size).await?)
    }

    /// Replaces the metadata of a client, whichever version is stored.
    ///
    /// # Errors
    /// [`Rejected::Metadata`] with every fault, [`Rejected::NotFound`].
    pub async fn update_client(&self, id: &ClientId, metadata: ClientMetadata) -> Result<Client, FlowError> {
        self.change_metadata(id, |_| Ok(metadata.clone())).await
    }

    /// Changes the metadata of a client, based on the stored version.
    ///
    /// # Errors
    /// [`Rejected::Metadata`] with every fault, [`Rejected::NotFound`].
    pub async fn edit_client<F>(&self, id: &ClientId, change: F) -> Result<Client, FlowError>
    where
        F: Fn(ClientMetadata) -> ClientMetadata + Send + Sync,
    {
        self.change_metadata(id, |client| Ok(change(client.metadata.clone()))).await
    }

    /// Replaces the metadata of a client, if the stored version is the one that was read.
    ///
    /// # Errors
    /// [`Rejected::Metadata`] with every fault, [`Rejected::Superseded`].
    pub async fn replace_client_metadata(&self, read: &Client, metadata: ClientMetadata) -> Result<Client, FlowError> {
        self.change_metadata(&read.id, |client| {
            let same = client.metadata == read.metadata && client.disabled_at == read.disabled_at;
            if same { Ok(metadata.clone()) } else { Err(Rejected::Superseded) }
        })
        .await
    }

    /// The client stays locked while its new metadata is computed and checked; only its sector was proven before.
    async fn change_metadata<F>(&self, id: &ClientId, change: F) -> Result<Client, FlowError>
    where
        F: Fn(&Client) -> Result<ClientMetadata, Rejected> + Send + Sync,
    {
        reject_first_party(id)?;
        let before = self.load_client(&id.0).await?;
        let wanted = self.checked_change(&before, change(&before)?)?;
        let proven = Box::pin(sector::prove(self.providers.outbound(), Some(&before), &wanted)).await?;
        let now = self.core.now();
        let event = self.core.event(EventKind::CLIENT_UPDATED).with_client(id);
        let mut tx = self.core.store.begin().await?;
        let client = tx.lock_client(id).await?.ok_or(Rejected::NotFound("client"))?;
        if client.origin == ClientOrigin::Document {
            return Err(Rejected::DescribedElsewhere.into());
        }
        let metadata = self.checked_change(&client, change(&client)?)?;
        if !is_proven(proven.as_ref(), &metadata) {
            return Err(Rejected::Superseded.into());
        }
        let (known, secrets) =
            (client.metadata.audience.clone(), client.secrets_under(metadata.token_endpoint_auth_method));
        let client = Client { metadata: metadata.clone(), ..client };
        self.apis.check_audience(&mut tx, &client, &known).await?;
        tx.set_client_metadata(id, &metadata, now).await?;
        if let Some(secrets) = &secrets {
            tx.set_client_secrets(id, secrets, now).await?;
        }
        tx.append(&event.with_project(client.project_id)).await?;
        tx.commit().await?;
        self.cache.invalidate(id);
        let secrets = secrets.unwrap_or(client.secrets);
        Ok(Client { secrets, updated_at: now, ..client })
    }

    /// Whether a client is confidential, and by which identifiers it knows people, is fixed when it is created.
    pub fn checked_change(&self, client: &Client, metadata: ClientMetadata) -> Result<ClientMetadata, Rejected> {
        if metadata.is_public() != client.metadata.is_public() {
            let fault = "cannot change between none and a secret: make another client";
            return Err(Rejected::Metadata(vec![MetadataFault::new("token_endpoint_auth_method", fault)]));
        }
        if let Some(fault) = change_fault(&client.metadata, &metadata) {
            return Err(Rejected::Metadata(vec![fault]));
        }
        self.checked_metadata(metadata)
    }

    /// Disables a client, with everything that it was granted, or enables it. Nothing changes if it is in that state
    /// already.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn set_client_disabled(&self, id: &ClientId, disabled: bool) -> Result<Client, FlowError> {
        reject_first_party(id)?;
        let kind = if disabled { EventKind::CLIENT_DISABLED } else { EventKind::CLIENT_ENABLED };
        let (now, event) = (self.core.now(), self.core.event(kind).with_client(id));
        let project = self.load_client(&id.0).await?.project_id;
        let mut tx = self.core.store.begin().await?;
        if !tx.lock_project(project).await? {
            return Err(Rejected::NotFound("client").into());
        }
        let client = tx.lock_client(id).await?.ok_or(Rejected::NotFound("client"))?;
        if client.is_active() != disabled {
            return Ok(client);
        }
        let disabled_at = disabled.then_some(now);
        tx.set_client_disabled(id, disabled_at, now).await?;
        let event = told_to_allowing(event.with_project(project), &tx.projects_allowing(id).await?);
        self.core.append_with_entry(&mut tx, event).await?;
        tx.commit().await?;
        self.cache.invalidate(id);
        Ok(Client { disabled_at, updated_at: now, ..client })
    }

    /// Deletes a client and the consents given to it.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn delete_client(&self, id: &ClientId) -> Result<(), FlowError> {
        reject_first_party(id)?;
        let mut tx = self.core.store.begin().await?;
        if !self.remove_client(&mut tx, id).await? {
            return Err(Rejected::NotFound("client").into());
        }
        tx.commit().await?;
        self.cache.invalidate(id);
        Ok(())
    }

    /// Deletes a client. The event contains its back-channel logout address, because nothing can look it up later.
    pub async fn remove_client(&self, tx: &mut Tx, id: &ClientId) -> Result<bool, StorageError> {
        let Some(client) = tx.find_client(id).await? else { return Ok(false) };
        let allowing = tx.projects_allowing(id).await?;
        let existed = tx.delete_client(id).await?;
        if existed {
            let event = self.core.event(EventKind::CLIENT_DELETED).with_client(id).with_project(client.project_id);
            let mut event = told_to_allowing(event, &allowing);
            if let Some(sector) = client.metadata.sector() {
                event = event.with(Event::LOGOUT_SECTOR, sector);
            }
            if let Some(uri) = client.metadata.backchannel_logout_uri {
                let alg = client.metadata.id_token_signed_response_alg;
                event = event.with(Event::LOGOUT_URI, uri).with(Event::LOGOUT_ALG, alg);
            }
            tx.append(&event).await?;
        }
        Ok(existed)
    }
}

/// The end of a client also concerns the projects whose APIs it may use.
fn told_to_allowing(event: Event, allowing: &[ProjectId]) -> Event {
    if allowing.is_empty() { event } else { event.with_projects(allowing) }
}

/// Rejects changes to Usher's own client.
pub(super) fn reject_first_party(id: &ClientId) -> Result<(), Rejected> {
    if is_first_party_client(id) { Err(Rejected::NotAllowed) } else { Ok(()) }
}
