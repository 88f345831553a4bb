//! Clients whose `client_id` is the URL of their metadata (draft-ietf-oauth-client-id-metadata-document-03).
//!
//! The document of a client is fetched when the client is first used, and again when its lifetime is over. What it says is
//! stored as a client like any other, so that grants, consents and sessions need to know nothing about documents.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::sync::Cache;

use usher_accounts::admin::clients::Clients;
use usher_accounts::core::Core;
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::throttle::Throttles;
use usher_accounts::upstream::providers::Providers;
use usher_config::RunMode;
use usher_domain::id::ClientId;
use usher_domain::oauth::client::{Client, ClientType};
use usher_domain::oauth::client_origin::{ClientOrigin, SHARED_PROJECT, SelfRegistration};
use usher_domain::time::Timestamp;
use usher_protocol::client::document_fault::ClientDocumentFault;
use usher_protocol::client::metadata::{ClientMetadata, MetadataFault};
use usher_protocol::client::metadata_document::{DocumentUrl, MAX_BYTES, changed_members, is_json, lifetime, read};
use usher_storage::StorageError;

/// How long a client is used while its document cannot be fetched again.
const STALE_FOR: Duration = Duration::from_hours(24);
/// The pause after a fetch that failed, in seconds. It limits the load on the host: the draft forbids keeping errors.
const RETRY_EVERY: u64 = 5;
/// How exactly the last use of a client is recorded.
const USE_NOTED_EVERY: Duration = Duration::from_hours(24);

/// Clients by metadata document.
pub struct ClientDocuments {
    pub(crate) core: Arc<Core>,
    pub(crate) clients: Arc<Clients>,
    pub(crate) providers: Arc<Providers>,
    pub(crate) throttles: Arc<Throttles>,
    /// What is known of documents, by `client_id`.
    pub(crate) documents: Cache<ClientId, Arc<DocumentSlot>>,
    /// When the use of a client was last recorded.
    pub(crate) uses: Cache<ClientId, Timestamp>,
}

/// What is known of one document.
#[derive(Default)]
pub struct DocumentSlot {
    state: Mutex<DocumentState>,
    /// Held by the one request that fetches. Requests that find a fresh document do not wait for it.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug, Clone, Copy, Default)]
struct DocumentState {
    /// When it was last fetched, and until when it is used.
    checked: Option<(Timestamp, Timestamp)>,
    /// When a fetch last failed since then, and why.
    failed: Option<(Timestamp, ClientDocumentFault)>,
}

/// A document as it was fetched and checked.
struct FetchedDocument {
    kind: ClientType,
    metadata: ClientMetadata,
    /// In seconds.
    lifetime: u64,
}

impl ClientDocuments {
    /// A client that a request from this network names: a stored one, or one that its document describes.
    ///
    /// # Errors
    /// Within, why a document is not accepted; [`Rejected::TooMany`] after too many fetches.
    ///
    /// [`Rejected::TooMany`]: usher_accounts::Rejected::TooMany
    pub async fn find_client(
        &self,
        id: &ClientId,
        source: &str,
    ) -> Result<Result<Option<Arc<Client>>, ClientDocumentFault>, FlowError> {
        if DocumentUrl::is_meant(&id.0)
            // Boxed: most calls fetch nothing.
            && let Err(fault) = Box::pin(self.refresh(id, source)).await?
        {
            return Ok(Err(fault));
        }
        let found = self.clients.find_client(id).await?;
        if let Some(client) = found.as_ref().filter(|client| client.origin.is_self_registered()) {
            self.note_use(client).await?;
        }
        Ok(Ok(found))
    }

    /// Fetches the document of a client unless it is known and fresh.
    async fn refresh(&self, id: &ClientId, source: &str) -> Result<Result<(), ClientDocumentFault>, FlowError> {
        let url = match self.accepted(id) {
            Ok(url) => url,
            Err(fault) => return Ok(Err(fault)),
        };
        let slot = self.documents.get_with(id.clone(), Arc::default);
        if let Some(known) = self.known(id, &slot).await? {
            return Ok(known);
        }
        let _fetching = slot.fetching.lock().await;
        // Another request may have fetched meanwhile, another instance earlier.
        self.load_state(id, &slot).await?;
        if let Some(known) = self.known(id, &slot).await? {
            return Ok(known);
        }
        self.throttles.count_client_document(url.host(), source).await?;
        let fetched = self.fetch(id, &url).await;
        let now = self.core.now();
        let failed = match fetched {
            Ok(document) => {
                let fresh_until = now + Duration::from_secs(document.lifetime);
                self.store(id, &document, fresh_until).await?;
                slot.set(DocumentState { checked: Some((now, fresh_until)), failed: None });
                return Ok(Ok(()));
            }
            Err(fault) => fault,
        };
        let state = DocumentState { failed: Some((now, failed)), ..slot.state() };
        if !url.is_on_loopback() {
            slot.set(state);
        }
        Ok(state.usable(now))
    }

    /// Whether clients with this id are accepted.
    fn accepted(&self, id: &ClientId) -> Result<DocumentUrl, ClientDocumentFault> {
        let settings = &self.core.config.client_registration;
        if !settings.documents {
            return Err(ClientDocumentFault::NotOffered);
        }
        let development = self.core.config.profile == RunMode::Dev;
        let url = DocumentUrl::parse(&id.0, development)?;
        // An issuer on loopback may call this machine for other reasons.
        if url.is_on_loopback() && !development {
            return Err(ClientDocumentFault::HostNotAllowed);
        }
        if settings.accepts_documents_of(url.host()) { Ok(url) } else { Err(ClientDocumentFault::HostNotAllowed) }
    }

    /// What is known without a fetch; `None` if one is due. A client that was deleted meanwhile is described again.
    async fn known(
        &self,
        id: &ClientId,
        slot: &DocumentSlot,
    ) -> Result<Option<Result<(), ClientDocumentFault>>, FlowError> {
        let known = slot.state().known(self.core.now());
        if known == Some(Ok(())) && self.clients.find_client(id).await?.is_none() {
            slot.set(DocumentState::default());
            return Ok(None);
        }
        Ok(known)
    }

    /// Reads when the document was last fetched, by whichever instance.
    async fn load_state(&self, id: &ClientId, slot: &DocumentSlot) -> Result<(), FlowError> {
        let stored = self.core.store.find_client_registration(id).await?;
        let times = stored.and_then(|stored| Some((stored.checked_at?, stored.fresh_until?)));
        if let Some(checked) = times
            && slot.state().checked.is_none_or(|known| known.0 < checked.0)
        {
            slot.set(DocumentState { checked: Some(checked), failed: None });
        }
        Ok(())
    }

    async fn fetch(&self, id: &ClientId, url: &DocumentUrl) -> Result<FetchedDocument, ClientDocumentFault> {
        let answer = match self.providers.outbound().get(&id.0, "application/json", MAX_BYTES).await {
            Ok(answer) if answer.status.as_u16() == 200 => answer,
            Ok(answer) => {
                tracing::info!(client = %id, status = answer.status.as_u16(), "a client document cannot be fetched");
                return Err(ClientDocumentFault::Unavailable);
            }
            Err(error) => {
                tracing::info!(client = %id, "a client document cannot be fetched: {error}");
                return Err(ClientDocumentFault::Unavailable);
            }
        };
        let header = |name| answer.headers.get(name).and_then(|value| value.to_str().ok());
        if !header("content-type").is_some_and(is_json) {
            return Err(ClientDocumentFault::NotJson);
        }
        let described = read(&id.0, &answer.body).map_err(|(fault, faults)| logged(id, fault, &faults))?;
        let metadata = self.clients.checked_description(described.metadata).map_err(|rejected| match rejected {
            Rejected::Metadata(faults) => logged(id, ClientDocumentFault::Metadata, &faults),
            _ => ClientDocumentFault::Metadata,
        })?;
        let (cache_control, age) = (header("cache-control"), header("age"));
        Ok(FetchedDocument {
            kind: ClientType::of_description(&metadata, described.installed),
            metadata,
            lifetime: lifetime(cache_control, age, url.is_on_loopback()),
        })
    }

    async fn store(&self, id: &ClientId, document: &FetchedDocument, fresh_until: Timestamp) -> Result<(), FlowError> {
        match self.store_once(id, document, fresh_until).await {
            // Another instance described it at the same time.
            Err(StorageError::Conflict) => self.store_once(id, document, fresh_until).await?,
            other => other?,
        }
        self.clients.cache.invalidate(id);
        Ok(())
    }

    async fn store_once(
        &self,
        id: &ClientId,
        document: &FetchedDocument,
        fresh_until: Timestamp,
    ) -> Result<(), StorageError> {
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        match tx.lock_client(id).await? {
            None => {
                let client = new_client(id, document, now);
                let (checked_at, fresh_until) = (Some(now), Some(fresh_until));
                let kept = SelfRegistration { client_id: id.clone(), checked_at, fresh_until, used_at: now };
                self.clients.insert_self_registered(&mut tx, &client, &kept).await?;
            }
            Some(stored) => {
                let changed = changed_members(&stored.metadata, &document.metadata);
                if !changed.is_empty() || stored.kind != document.kind {
                    let (kind, metadata) = (document.kind, &document.metadata);
                    self.clients.describe_anew(&mut tx, &stored, kind, metadata, &changed).await?;
                }
                tx.set_document_checked(id, now, fresh_until).await?;
            }
        }
        tx.commit().await
    }

    /// Records that a client is used, so that it is not deleted as unused.
    async fn note_use(&self, client: &Client) -> Result<(), FlowError> {
        let now = self.core.now();
        if self.uses.get(&client.id).is_some_and(|at| now < at + USE_NOTED_EVERY) {
            return Ok(());
        }
        let mut tx = self.core.store.begin_single().await?;
        tx.note_client_use(&client.id, now, now - USE_NOTED_EVERY).await?;
        tx.commit().await?;
        self.uses.insert(client.id.clone(), now);
        Ok(())
    }
}

impl DocumentSlot {
    fn state(&self) -> DocumentState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, state: DocumentState) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

impl DocumentState {
    /// What is known without a fetch; `None` if one is due.
    fn known(&self, now: Timestamp) -> Option<Result<(), ClientDocumentFault>> {
        // An end that is further ahead than possible was written while a clock was ahead.
        let fresh = self.checked.is_some_and(|(_, until)| now < until && until <= now + STALE_FOR);
        let pausing = self.failed.is_some_and(|(at, _)| now.seconds_since(at) < RETRY_EVERY);
        (fresh || pausing).then(|| self.usable(now))
    }

    /// Whether the stored description may be used, although newer ones cannot be had.
    fn usable(&self, now: Timestamp) -> Result<(), ClientDocumentFault> {
        match (self.checked, self.failed) {
            (Some((at, _)), _) if now < at + STALE_FOR => Ok(()),
            (_, Some((_, fault))) => Err(fault),
            _ => Err(ClientDocumentFault::Unavailable),
        }
    }
}

fn new_client(id: &ClientId, document: &FetchedDocument, now: Timestamp) -> Client {
    Client {
        id: id.clone(),
        project_id: SHARED_PROJECT,
        kind: document.kind,
        metadata: document.metadata.clone(),
        secrets: Vec::new(),
        created_at: now,
        updated_at: now,
        disabled_at: None,
        origin: ClientOrigin::Document,
        trusted_at: None,
        project_acr: None,
    }
}

/// Members are logged, values are not: they are somebody else's text.
fn logged(id: &ClientId, fault: ClientDocumentFault, members: &[MetadataFault]) -> ClientDocumentFault {
    for member in members {
        tracing::info!(client = %id, member = member.member, "a client document has an invalid member");
    }
    fault
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAULT: ClientDocumentFault = ClientDocumentFault::Unavailable;

    /// Seconds of the last fetch and the end of its lifetime, of the last failure, and of the request.
    fn known(checked: Option<(i64, i64)>, failed: Option<i64>, now: i64) -> Option<Result<(), ClientDocumentFault>> {
        let checked = checked.map(|(at, until)| (Timestamp(at), Timestamp(until)));
        let failed = failed.map(|at| (Timestamp(at), FAULT));
        DocumentState { checked, failed }.known(Timestamp(now))
    }

    #[test]
    fn a_document_is_fetched_when_its_lifetime_is_over_and_not_more_often() {
        for (checked, failed, now, expected) in [
            (None, None, 0, None),
            (Some((0, 60)), None, 59, Some(Ok(()))),
            (Some((0, 60)), None, 60, None),
            // It fails: the stored one is used for a day after it was fetched, and a retry waits a moment.
            (Some((0, 60)), Some(60), 64, Some(Ok(()))),
            (Some((0, 60)), Some(60), 65, None),
            (Some((0, 60)), Some(86_399), 86_401, Some(Err(FAULT))),
            (None, Some(0), 4, Some(Err(FAULT))),
            (None, Some(0), 5, None),
            (Some((999_000, 999_060)), None, 0, None),
            // On this machine it is fetched each time.
            (Some((7, 7)), None, 7, None),
        ] {
            assert_eq!(known(checked, failed, now), expected, "{checked:?} {failed:?} {now}");
        }
    }

    #[test]
    fn a_stale_document_is_of_use_for_a_day() {
        let state = DocumentState { checked: Some((Timestamp(0), Timestamp(60))), failed: Some((Timestamp(9), FAULT)) };
        assert_eq!(state.usable(Timestamp(86_399)), Ok(()));
        assert_eq!(state.usable(Timestamp(86_400)), Err(FAULT));
    }
}
