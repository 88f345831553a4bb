//! Wakeups: what a commit tells whoever waits in this process, and what PostgreSQL carries to the other instances.
//!
//! A bell says that it is worth looking, never what there is to see: whoever misses one finds everything at the next look.

use sqlx::postgres::PgListener;
use tokio::sync::{Notify, broadcast};

use super::db::Db;
use super::{Result, Store};
use usher_domain::id::ProjectId;

/// Where PostgreSQL carries them.
const CHANNEL: &str = "usher_rings";
/// Rings that one listener may be behind before it is told to look at everything.
const RINGS: usize = 1_024;

/// What wakeups_sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wakeup {
    /// The feed of a project has grown.
    Feed(ProjectId),
    /// Something about the credentials of a project has changed: whoever is connected by one is to be looked at again.
    Credentials(ProjectId),
    /// The signing keys have changed.
    Keys,
}

impl Wakeup {
    /// As it travels to other instances.
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
    wakeups_sent: broadcast::Sender<Wakeup>,
}

impl Wakeups {
    pub(super) fn hang() -> Self {
        Self {
            log: Notify::new(),
            webhooks: Notify::new(),
            logouts: Notify::new(),
            wakeups_sent: broadcast::channel(RINGS).0,
        }
    }

    /// Something was committed: there may be facts that nobody was told yet.
    pub(super) fn wake_log(&self) {
        self.log.notify_one();
    }
}

impl Store {
    /// Resolves once something was committed since this was asked last. For one listener.
    pub async fn committed(&self) {
        self.wakeups.log.notified().await;
    }

    /// Rings in this process that there may be something to send to webhooks and to clients.
    pub fn ring_outgoing(&self) {
        self.wakeups.webhooks.notify_one();
        self.wakeups.logouts.notify_one();
    }

    /// Resolves once there may be something to send to webhooks. For one listener.
    pub async fn webhooks_rung(&self) {
        self.wakeups.webhooks.notified().await;
    }

    /// Resolves once there may be something to send to clients. For one listener.
    pub async fn logouts_rung(&self) {
        self.wakeups.logouts.notified().await;
    }

    /// Rings in this process.
    pub fn ring(&self, ring: Wakeup) {
        // Nobody may be listening, which is no trouble.
        let _ = self.wakeups.wakeups_sent.send(ring);
    }

    /// Hears whatever wakeups_sent.
    pub fn hear(&self) -> broadcast::Receiver<Wakeup> {
        self.wakeups.wakeups_sent.subscribe()
    }

    /// Passes on what other instances ring. Never ends on SQLite, where there are none.
    ///
    /// # Errors
    /// When the connection is lost: what was rung meanwhile was not heard.
    pub async fn relay_rings(&self) -> Result<()> {
        let Db::Postgres(pool) = &self.db else { return std::future::pending().await };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        loop {
            let Some(rung) = listener.try_recv().await? else {
                return Err(sqlx::Error::PoolClosed.into());
            };
            if let Some(ring) = Wakeup::decode(rung.payload()) {
                self.ring(ring);
                // Keys are also changed from the command line, which has no teller of its own.
                if ring == Wakeup::Keys {
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
    fn a_ring_survives_its_way_and_garbage_rings_nothing() {
        let project = ProjectId(uuid::Uuid::max());
        for ring in [Wakeup::Feed(project), Wakeup::Credentials(project), Wakeup::Keys] {
            assert_eq!(Wakeup::decode(&ring.encode()), Some(ring));
        }
        for garbage in ["", "feed", "feed x", "key", "keys ", "bell 01936d2e-3c00-7000-8000-000000000001"] {
            assert_eq!(Wakeup::decode(garbage), None, "{garbage}");
        }
    }
}
