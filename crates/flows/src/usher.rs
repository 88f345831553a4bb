//! The house as its verbs see it: memory, keys, clock, chance, settings.

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

/// How long a client is remembered without asking the database: a change made by another process is seen after this.
const CLIENT_MEMORY: Duration = Duration::from_secs(1);
/// What a client is given of a user is written down again after this.
const RELEASE_MEMORY: Duration = Duration::from_hours(1);
/// Most pairs of client and user remembered.
const RELEASES_REMEMBERED: u64 = 50_000;
/// Most clients remembered.
const CLIENTS_REMEMBERED: u64 = 10_000;

/// Most tables of access rules remembered.
const TABLES_REMEMBERED: u64 = 200;

/// What the house is made of.
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// Memory.
    pub store: Store,
    /// Seals codes, interactions and letters.
    pub sealer: Sealer,
    /// Signs tokens. Replaced whole when keys change.
    pub keyring: RwLock<Arc<Keyring>>,
    /// Held while the keys are read anew.
    pub(super) reloading: Mutex<()>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// Hashes passwords, so many at a time and no more.
    pub passwords: PasswordPool,
    /// The providers that people may come from.
    pub(super) upstream: Registry,
    /// Rung when a letter is put into the queue.
    pub mail_wakeup: Notify,
    /// Clients lately seen.
    pub(super) clients: Cache<ClientId, Arc<Client>>,
    /// What clients were lately given by their grants, so that it is not written down at every request.
    pub(super) releases: Cache<GrantId, BTreeSet<String>>,
    /// Secrets of clients whose use was lately written down.
    pub(super) secret_uses: Cache<(ClientId, String), ()>,
    /// Tables of access rules lately read; a revision never changes.
    pub(super) tables: Cache<(ProjectId, i64), Arc<Table>>,
    /// Origins lately read.
    pub(super) origins: OriginCache,
}

/// The house. Cheap to clone.
#[derive(Clone)]
pub struct Usher(Arc<Parts>);

impl Deref for Usher {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What a request says of the device it comes from. Kept with sessions, shown to their owner alone.
#[derive(Debug, Clone, Default)]
pub struct Device {
    /// The network: an address with its host part dropped where that is needed to tell people apart.
    pub source: String,
    /// The browser, as it describes itself.
    pub user_agent: Option<String>,
}

impl Usher {
    /// Furnishes the house.
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

    /// The keys as they are now.
    pub fn keyring(&self) -> Arc<Keyring> {
        self.keyring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The one door out.
    pub fn outbound(&self) -> &Outbound {
        self.upstream.outbound()
    }

    /// A fact about the present moment.
    pub(super) fn event(&self, kind: EventKind) -> Event {
        let now = self.now();
        Event::new(EventId::new(now, &*self.random), kind, now)
    }

    /// A client that exists, from memory or the database.
    pub(super) async fn find_client(&self, id: &ClientId) -> Result<Option<Arc<Client>>, FlowError> {
        if let Some(known) = self.clients.get(id) {
            return Ok(Some(known));
        }
        let Some(client) = self.store.find_client(id).await? else { return Ok(None) };
        let client = Arc::new(client);
        self.clients.insert(id.clone(), client.clone());
        Ok(Some(client))
    }

    /// How long the refresh family of this client lives.
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
