//! What every use case may need: database, keys, clock, random numbers, settings.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::credentials::password_pool::PasswordPool;
use usher_config::Config;
use usher_domain::event::{Event, EventKind};
use usher_domain::id::EventId;
use usher_domain::random::Random;
use usher_domain::time::{Clock, Timestamp};
use usher_keys::seal::Sealer;
use usher_protocol::grant_type::GrantType;
use usher_storage::Store;

/// What every use case may need.
pub struct Core {
    pub config: Config,
    pub store: Store,
    /// Seals codes, interactions and emails.
    pub sealer: Sealer,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// Hashes passwords, with limited concurrency.
    pub password_pool: PasswordPool,
    /// The supported grant types.
    pub grant_types: Vec<GrantType>,
    /// Notified when an email is queued.
    pub mail_wakeup: Notify,
}

/// The device of a request, as far as it is known. Stored with sessions, and shown to their user only.
#[derive(Debug, Clone, Default)]
pub struct Device {
    /// The network: an IPv4 address, or the prefix of an IPv6 address.
    pub source: String,
    /// The browser's `User-Agent`.
    pub user_agent: Option<String>,
}

impl Core {
    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The issuer identifier.
    pub fn issuer(&self) -> &str {
        self.config.server.issuer.as_str()
    }

    /// An event at the present moment.
    pub(super) fn event(&self, kind: EventKind) -> Event {
        let now = self.now();
        Event::new(EventId::new(now, &*self.random), kind, now)
    }
}
