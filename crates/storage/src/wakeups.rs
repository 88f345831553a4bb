//! Wakeups: signals after a commit, to the tasks of this process and, through PostgreSQL, to the other instances.
//!
//! A wakeup carries no data: a task that misses one finds everything when it next reads the database.

use sqlx::postgres::PgListener;
use tokio::sync::{Notify, broadcast};

use super::db::Db;
use super::{Result, Store};
use usher_domain::id::ProjectId;

/// The channel of PostgreSQL's `NOTIFY`.
const CHANNEL: &str = "usher_rings";
/// Wakeups that one receiver may be behind before it must read everything again.
const MAX_BEHIND: usize = 1_024;

/// What has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wakeup {
    /// The feed of a project has grown.
    Feed(ProjectId),
    /// Credentials of a project have changed: connections that they authenticated must be checked again.
    Credentials(ProjectId),
    /// The signing keys have changed.
    Keys,
}

impl Wakeup {
    /// The payload of the notification.
    pub(super) fn encode(self) -> String {
        match self {
            Self::Feed(project) => format!("feed {project}"),
            Self::Credentials(project) => format!("credentials {project}"),
            Self::Keys => "keys".to_owned(),
        }
    }

    fn decode(text: &str) -> Option<Self> {
        match text.split_once(' ') {
            None => (text == "keys").then_some(Self::Keys),
            Some(("feed", project)) => project.parse().ok().map(Self::Feed),
            Some(("credentials", project)) => project.parse().ok().map(Self::Credentials),
            Some(_) => None,
        }
    }
}

/// The wakeups of one open database.
pub(super) struct Wakeups {
    log: Notify,
    webhooks: Notify,
    logouts: Notify,
    sender: broadcast::Sender<Wakeup>,
}

impl Wakeups {
    pub(super) fn new() -> Self {
        Self {
            log: Notify::new(),
            webhooks: Notify::new(),
            logouts: Notify::new(),
            sender: broadcast::channel(MAX_BEHIND).0,
        }
    }

    /// Signals that a commit may have added events.
    pub(super) fn wake_log(&self) {
        self.log.notify_one();
    }
}

impl Store {
    /// Resolves once something was committed since the last call. For one task.
    pub async fn committed(&self) {
        self.wakeups.log.notified().await;
    }

    /// Wakes the senders of webhooks and logout tokens in this process.
    pub fn wake_senders(&self) {
        self.wakeups.webhooks.notify_one();
        self.wakeups.logouts.notify_one();
    }

    /// Resolves once there may be webhook messages to send. For one task.
    pub async fn webhooks_woken(&self) {
        self.wakeups.webhooks.notified().await;
    }

    /// Resolves once there may be logout tokens to send. For one task.
    pub async fn logouts_woken(&self) {
        self.wakeups.logouts.notified().await;
    }

    /// Sends a wakeup within this process.
    pub fn wake(&self, wakeup: Wakeup) {
        // An error means that no task is subscribed.
        let _ = self.wakeups.sender.send(wakeup);
    }

    /// Receives every wakeup from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Wakeup> {
        self.wakeups.sender.subscribe()
    }

    /// Relays the wakeups of other instances. Never ends on SQLite, which has no other instances.
    ///
    /// # Errors
    /// When the connection is lost: wakeups sent meanwhile were missed.
    pub async fn relay_wakeups(&self) -> Result<()> {
        let Db::Postgres(pool) = &self.db else { return std::future::pending().await };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        loop {
            let Some(notification) = listener.try_recv().await? else {
                return Err(sqlx::Error::PoolClosed.into());
            };
            if let Some(wakeup) = Wakeup::decode(notification.payload()) {
                self.wake(wakeup);
                // The command line also changes keys, and dispatches no events itself.
                if wakeup == Wakeup::Keys {
                    self.wakeups.wake_log();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wakeup_is_decoded_as_it_was_encoded_and_garbage_is_ignored() {
        let project = ProjectId(uuid::Uuid::max());
        for wakeup in [Wakeup::Feed(project), Wakeup::Credentials(project), Wakeup::Keys] {
            assert_eq!(Wakeup::decode(&wakeup.encode()), Some(wakeup));
        }
        for garbage in ["", "feed", "feed x", "key", "keys ", "wakeup 01936d2e-3c00-7000-8000-000000000001"] {
            assert_eq!(Wakeup::decode(garbage), None, "{garbage}");
        }
    }
}
