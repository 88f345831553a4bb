//! What every use case may need: database, keys, clock, random numbers, settings.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::credentials::password_pool::PasswordPool;
use usher_config::Config;
use usher_domain::event::feed::{EntryKind, entry_of};
use usher_domain::event::{Event, EventKind};
use usher_domain::id::{EventId, UserId};
use usher_domain::random::Random;
use usher_domain::time::{Clock, Timestamp};
use usher_keys::pairwise;
use usher_keys::seal::Sealer;
use usher_protocol::grant_type::GrantType;
use usher_storage::{StorageError, Store, Tx};

/// How often something that other tasks do at once is looked for.
pub const LOOKS: u32 = 10;
/// The interval between two looks.
pub const LOOK_EVERY: Duration = Duration::from_millis(80);

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
    pub fn event(&self, kind: EventKind) -> Event {
        let now = self.now();
        Event::new(EventId::new(now, &*self.random), kind, now)
    }

    /// Appends an event about one project together with its entries in the project's feed, so that every token issued
    /// after the commit has a position that the marks do not cover. The project must be locked.
    pub async fn append_with_entry(&self, tx: &mut Tx, event: Event) -> Result<(), StorageError> {
        let (Some(project), Some(entry)) =
            (event.project_id, entry_of(&event, self.config.tokens.longest_access_lifetime()))
        else {
            return tx.append(&event).await;
        };
        let entries = match event.user_id.filter(|_| entry.kind == EntryKind::Subject) {
            Some(user) => {
                let sectors = tx.list_sectors_of_tokens(project).await?;
                let subjects = pairwise::subjects(&self.sealer, &sectors, user, &entry.value);
                entry.for_each(project, subjects)
            }
            None => vec![entry],
        };
        let mut last = None;
        for entry in &entries {
            last = tx.append_to_feed(project, entry).await?;
        }
        match last {
            Some(position) => tx.append(&event.with(Event::FEED_POSITION, position)).await,
            None => tx.append(&event).await,
        }
    }

    /// Waits a moment until the events of a user were dispatched, so that their feed entries precede whatever is issued
    /// from now on. `false` if some still were not.
    pub async fn events_are_dispatched(&self, user: UserId) -> Result<bool, StorageError> {
        for _ in 0..LOOKS {
            if !self.store.has_pending_events_of(user).await? {
                return Ok(true);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(false)
    }
}
