//! The state of the use cases: database, keys, clock, random numbers, settings.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use moka::sync::Cache;
use tokio::sync::{Mutex, Notify};

use super::error::FlowError;
use crate::credentials::password_pool::PasswordPool;
use crate::oauth::registered_origins::OriginCache;
use usher_config::Config;
use usher_domain::event::{Event, EventKind};
use usher_domain::id::{ClientId, EventId, GrantId, ProjectId};
use usher_domain::oauth::client::Client;
use usher_domain::oauth::client_secret::USE_NOTED_EVERY;
use usher_domain::oauth::grant::RefreshLimits;
use usher_domain::random::Random;
use usher_domain::time::{Clock, Timestamp};
use usher_http_client::Outbound;
use usher_keys::keyring::Keyring;
use usher_keys::seal::Sealer;
use usher_policy::Table;
use usher_storage::Store;
use usher_upstream::Registry;

/// How long a client is cached: a change by another process takes effect after this.
const CLIENT_MEMORY: Duration = Duration::from_secs(1);
/// How long a recorded release of claims is cached before it is recorded again.
const RELEASE_MEMORY: Duration = Duration::from_hours(1);
/// Most pairs of client and user cached.
const RELEASES_REMEMBERED: u64 = 50_000;
/// Most clients cached.
const CLIENTS_REMEMBERED: u64 = 10_000;

/// Most tables of access rules cached.
const TABLES_REMEMBERED: u64 = 200;

/// The parts of [`Usher`].
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// Seals codes, interactions and emails.
    pub sealer: Sealer,
    /// Signs tokens. Replaced as a whole when keys change.
    pub keyring: RwLock<Arc<Keyring>>,
    /// Held while the keys are reloaded.
    pub(super) reloading: Mutex<()>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The source of random numbers.
    pub random: Arc<dyn Random>,
    /// Hashes passwords, with limited concurrency.
    pub passwords: PasswordPool,
    /// The upstream providers.
    pub(super) upstream: Registry,
    /// Notified when an email is queued.
    pub mail_wakeup: Notify,
    /// Recently used clients.
    pub(super) clients: Cache<ClientId, Arc<Client>>,
    /// Claims recently released by grants, so that not every request records them.
    pub(super) releases: Cache<GrantId, BTreeSet<String>>,
    /// Client secrets whose use was recently recorded.
    pub(super) secret_uses: Cache<(ClientId, String), ()>,
    /// Recently used tables of access rules; a revision never changes.
    pub(super) tables: Cache<(ProjectId, i64), Arc<Table>>,
    /// Recently read origins.
    pub(super) origins: OriginCache,
}

/// All use cases. Cheap to clone.
#[derive(Clone)]
pub struct Usher(Arc<Parts>);

impl Deref for Usher {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// The device of a request, as far as it is known. Stored with sessions, and shown to their user only.
#[derive(Debug, Clone, Default)]
pub struct Device {
    /// The network: an IPv4 address, or the prefix of an IPv6 address.
    pub source: String,
    /// The browser's `User-Agent`.
    pub user_agent: Option<String>,
}

impl Usher {
    /// Builds the use cases from their parts.
    pub fn new(
        config: Config,
        store: Store,
        sealer: Sealer,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        passwords: PasswordPool,
        upstream: Registry,
    ) -> Self {
        let keyring = RwLock::new(Arc::new(Keyring::new(&[], &sealer)));
        let clients = Cache::builder().max_capacity(CLIENTS_REMEMBERED).time_to_live(CLIENT_MEMORY).build();
        let mail_wakeup = Notify::new();
        Self(Arc::new(Parts {
            config,
            store,
            sealer,
            keyring,
            reloading: Mutex::new(()),
            clock,
            random,
            passwords,
            upstream,
            mail_wakeup,
            clients,
            releases: Cache::builder().max_capacity(RELEASES_REMEMBERED).time_to_live(RELEASE_MEMORY).build(),
            secret_uses: Cache::builder().max_capacity(CLIENTS_REMEMBERED).time_to_live(USE_NOTED_EVERY).build(),
            tables: Cache::new(TABLES_REMEMBERED),
            origins: OriginCache::default(),
        }))
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The issuer identifier.
    pub fn issuer(&self) -> &str {
        self.config.server.issuer.as_str()
    }

    /// The current keyring.
    pub fn keyring(&self) -> Arc<Keyring> {
        self.keyring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The client for all outgoing calls.
    pub fn outbound(&self) -> &Outbound {
        self.upstream.outbound()
    }

    /// An event at the present moment.
    pub(super) fn event(&self, kind: EventKind) -> Event {
        let now = self.now();
        Event::new(EventId::new(now, &*self.random), kind, now)
    }

    /// A client, from the cache or the database.
    pub(super) async fn find_client(&self, id: &ClientId) -> Result<Option<Arc<Client>>, FlowError> {
        if let Some(known) = self.clients.get(id) {
            return Ok(Some(known));
        }
        let Some(client) = self.store.find_client(id).await? else { return Ok(None) };
        let client = Arc::new(client);
        self.clients.insert(id.clone(), client.clone());
        Ok(Some(client))
    }

    /// The lifetimes of this client's refresh token families.
    pub(super) fn refresh_limits(&self, client: &Client) -> RefreshLimits {
        let (tokens, metadata) = (&self.config.tokens, &client.metadata);
        let seconds = Duration::from_secs;
        RefreshLimits {
            idle: metadata.refresh_idle_seconds.map_or(tokens.refresh_idle, seconds),
            absolute: match metadata.refresh_absolute_seconds {
                Some(0) => None,
                Some(limit) => Some(seconds(limit)),
                None => tokens.refresh_absolute_limit(),
            },
            retry_window: tokens.refresh_retry_window,
        }
    }
}
