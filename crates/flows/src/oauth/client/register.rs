//! Software registers itself (RFC 7591), and reads, changes and deletes its registration (RFC 7592).

use std::sync::Arc;

use serde_json::{Map, Value};

use usher_accounts::admin::clients::{Clients, sha256_hex};
use usher_accounts::admin::sector::{is_proven, prove};
use usher_accounts::core::Core;
use usher_accounts::error::{FlowError, Rejected, on_conflict};
use usher_accounts::login::accounts::secret_hash;
use usher_accounts::login::throttle::Throttles;
use usher_domain::id::ClientId;
use usher_domain::oauth::client::{Client, ClientType};
use usher_domain::oauth::client_origin::{ClientOrigin, SHARED_PROJECT, SelfRegistration};
use usher_protocol::cause::RejectionCause;
use usher_protocol::client::metadata::{ClientMetadata, MetadataFault};
use usher_protocol::client::metadata_document::changed_members;
use usher_protocol::client::self_registration::{described, is_installed, may_use, replaced};
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_storage::Tx;

/// Members of a response that an update must not have (RFC 7592 §2.2).
const OF_RESPONSES: [&str; 4] =
    ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

/// A client that registered itself, as it is told.
#[derive(Debug, Clone)]
pub struct ClientRegistration {
    pub client: Client,
    /// Its new secret, which is told once.
    pub secret: Option<String>,
    /// Its new registration access token, which is told once.
    pub token: Option<String>,
}

/// Registration by clients themselves.
pub struct ClientRegistrations {
    pub(crate) core: Arc<Core>,
    pub(crate) clients: Arc<Clients>,
    pub(crate) throttles: Arc<Throttles>,
}

impl ClientRegistrations {
    /// Registers a client, in the project of the initial access token if there is one.
    ///
    /// # Errors
    /// `invalid_token` if the initial access token is missing, unknown, expired or used up; [`Rejected::Metadata`] with
    /// every fault; [`Rejected::TooMany`].
    pub async fn register(
        &self,
        document: &Map<String, Value>,
        initial: Option<&str>,
        source: &str,
    ) -> Result<ClientRegistration, FlowError> {
        self.throttles.count_client_registration(source).await?;
        if initial.is_none() && !self.core.config.client_registration.is_open() {
            return Err(RejectionCause::NoInitialToken.into());
        }
        let (kind, metadata) = self.checked(document)?;
        prove(self.clients.providers.outbound(), None, &metadata).await?;
        let (now, token) = (self.core.now(), self.core.random.token());
        // The prefix distinguishes it from every `sub` (RFC 9700 §4.15), and from a URL.
        let id = ClientId(format!("client_{}", self.core.random.handle()));
        let method = metadata.token_endpoint_auth_method;
        let (secret, held) = method.has_secret().then(|| self.clients.new_secret(&id, method, now)).unzip();
        let mut tx = self.core.store.begin().await?;
        let project_id = match initial {
            Some(initial) => {
                let known = tx.use_initial_token(&secret_hash(initial), now).await?;
                known.ok_or(RejectionCause::UnknownInitialToken)?.project_id
            }
            None => SHARED_PROJECT,
        };
        let client = Client {
            id: id.clone(),
            project_id,
            kind,
            metadata,
            secrets: held.into_iter().collect(),
            created_at: now,
            updated_at: now,
            disabled_at: None,
            origin: ClientOrigin::Dynamic,
            trusted_at: None,
            project_acr: None,
        };
        let kept = SelfRegistration { client_id: id.clone(), checked_at: None, fresh_until: None, used_at: now };
        // The shared project may be created by another instance at the same time: the client tries again.
        let busy = on_conflict(Rejected::Busy { seconds: 1 });
        self.clients.insert_self_registered(&mut tx, &client, &kept).await.map_err(busy)?;
        tx.set_registration_token(&id, &secret_hash(&token)).await?;
        tx.commit().await?;
        Ok(ClientRegistration { client, secret, token: Some(token) })
    }

    /// The registration of a client, for its registration access token.
    ///
    /// # Errors
    /// `invalid_token`; `access_denied` for the token of another client.
    pub async fn read(&self, id: &str, token: &str) -> Result<ClientRegistration, FlowError> {
        let mut tx = self.core.store.begin().await?;
        let client = self.authorized(&mut tx, id, token).await?;
        tx.commit().await?;
        Ok(ClientRegistration { client, secret: None, token: None })
    }

    /// Replaces what a client says of itself. What administrators set stays. The registration access token is replaced,
    /// too; the former one is good until the new one is used, because the answer may be lost.
    ///
    /// # Errors
    /// As [`ClientRegistrations::read`]; [`Rejected::Metadata`] with every fault.
    pub async fn update(
        &self,
        id: &str,
        token: &str,
        document: &Map<String, Value>,
    ) -> Result<ClientRegistration, FlowError> {
        let before = self.read(id, token).await?.client;
        check_names(&before, document)?;
        let (kind, said) = self.checked(document)?;
        // Not within the transaction, which would wait for another server.
        let wanted = replaced(&before.metadata, &said);
        let proven = prove(self.clients.providers.outbound(), Some(&before), &wanted).await?;
        let (now, new) = (self.core.now(), self.core.random.token());
        let mut tx = self.core.store.begin().await?;
        let client = self.authorized(&mut tx, id, token).await?;
        let metadata = checked_method(&client, replaced(&client.metadata, &said))?;
        let metadata = self.clients.checked_change(&client, metadata)?;
        if !is_proven(proven.as_ref(), &metadata) {
            return Err(Rejected::Superseded.into());
        }
        let changed = changed_members(&client.metadata, &metadata);
        if !changed.is_empty() || kind != client.kind {
            self.clients.describe_anew(&mut tx, &client, kind, &metadata, &changed).await?;
        }
        if let Some(secrets) = client.secrets_under(metadata.token_endpoint_auth_method) {
            tx.set_client_secrets(&client.id, &secrets, now).await?;
        }
        tx.rotate_registration_token(&client.id, &secret_hash(token), &secret_hash(&new)).await?;
        tx.commit().await?;
        self.clients.cache.invalidate(&client.id);
        let client = Client { kind, metadata, updated_at: now, ..client };
        Ok(ClientRegistration { client, secret: None, token: Some(new) })
    }

    /// Deletes a client. What it was granted is no longer valid.
    ///
    /// # Errors
    /// As [`ClientRegistrations::read`].
    pub async fn delete(&self, id: &str, token: &str) -> Result<(), FlowError> {
        let mut tx = self.core.store.begin().await?;
        let client = self.authorized(&mut tx, id, token).await?;
        self.clients.remove_client(&mut tx, &client.id).await?;
        tx.commit().await?;
        self.clients.cache.invalidate(&client.id);
        Ok(())
    }

    /// The client that a registration access token is for, locked. A token that was replaced ends with the first use of its
    /// successor.
    async fn authorized(&self, tx: &mut Tx, id: &str, token: &str) -> Result<Client, FlowError> {
        let hash = secret_hash(token);
        let unknown = || FlowError::from(RejectionCause::UnknownRegistrationToken);
        let owner = tx.find_owner_of_registration_token(&hash).await?.ok_or_else(unknown)?;
        if owner.0 != id {
            let why = "the registration access token is that of another client";
            return Err(OAuthError::new(ErrorCode::AccessDenied, why).into());
        }
        let client = tx.lock_client(&owner).await?.filter(Client::is_active).ok_or_else(unknown)?;
        // Read again: it may have been replaced before the client was locked.
        if tx.find_owner_of_registration_token(&hash).await?.as_ref() != Some(&owner) {
            return Err(unknown());
        }
        tx.end_former_registration_token(&owner, &hash).await?;
        Ok(client)
    }

    /// What software says of itself, by the rules for every client and those for software that nobody knows.
    fn checked(&self, document: &Map<String, Value>) -> Result<(ClientType, ClientMetadata), Rejected> {
        let metadata = described(document).map_err(Rejected::Metadata)?;
        let forbidden =
            metadata.grant_types.iter().filter(|grant| !may_use(grant)).map(|grant| {
                MetadataFault::of_value("grant_types", grant, "is not for clients that register themselves")
            });
        let faults: Vec<_> = forbidden.collect();
        if !faults.is_empty() {
            return Err(Rejected::Metadata(faults));
        }
        let metadata = self.clients.checked_description(metadata)?;
        Ok((ClientType::of_description(&metadata, is_installed(document, &metadata)), metadata))
    }
}

/// Whether it has a secret is fixed: another one could not be told to it.
fn checked_method(client: &Client, metadata: ClientMetadata) -> Result<ClientMetadata, Rejected> {
    let has_secret = |metadata: &ClientMetadata| metadata.token_endpoint_auth_method.has_secret();
    if has_secret(&client.metadata) == has_secret(&metadata) {
        return Ok(metadata);
    }
    let fault = "cannot change between a secret and none: register another client";
    Err(Rejected::Metadata(vec![MetadataFault::new("token_endpoint_auth_method", fault)]))
}

/// An update names the client that it is for, and nothing that only the server sets (RFC 7592 §2.2).
fn check_names(client: &Client, document: &Map<String, Value>) -> Result<(), Rejected> {
    let mut faults = Vec::new();
    if document.get("client_id").and_then(Value::as_str) != Some(client.id.0.as_str()) {
        faults.push(MetadataFault::new("client_id", "must be the client that the request is about"));
    }
    if let Some(sent) = document.get("client_secret") {
        let sent = sent.as_str().map(sha256_hex);
        if !client.secrets.iter().any(|held| Some(&held.sha256) == sent.as_ref()) {
            faults.push(MetadataFault::new("client_secret", "must be absent, or the present one"));
        }
    }
    let present = OF_RESPONSES.into_iter().filter(|member| document.contains_key(*member));
    faults.extend(present.map(|member| MetadataFault::new(member, "must be absent")));
    if faults.is_empty() { Ok(()) } else { Err(Rejected::Metadata(faults)) }
}
