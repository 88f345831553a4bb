//! Bells: what a commit tells whoever waits in this process, and what PostgreSQL carries to the other instances.
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

/// What rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ring {
    /// The feed of a project has grown.
    Feed(ProjectId),
    /// Something about the credentials of a project has changed: whoever is connected by one is to be looked at again.
    Credentials(ProjectId),
    /// The signing keys have changed.
    Keys,
}

impl Ring {
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

/// The bells of one open database.
pub(super) struct Bells {
    log: Notify,
    webhooks: Notify,
    logouts: Notify,
    rings: broadcast::Sender<Ring>,
}

impl Bells {
    pub(super) fn hang() -> Self {
        Self { log: Notify::new(), webhooks: Notify::new(), logouts: Notify::new(), rings: broadcast::channel(RINGS).0 }
    }

    /// Something was committed: there may be facts that nobody was told yet.
    pub(super) fn ring_log(&self) {
        self.log.notify_one();
    }
}

impl Store {
    /// Resolves once something was committed since this was asked last. For one listener.
    pub async fn committed(&self) {
        self.bells.log.notified().await;
    }

    /// Rings in this process that there may be something to send to webhooks and to clients.
    pub fn ring_outgoing(&self) {
        self.bells.webhooks.notify_one();
        self.bells.logouts.notify_one();
    }

    /// Resolves once there may be something to send to webhooks. For one listener.
    pub async fn webhooks_rung(&self) {
        self.bells.webhooks.notified().await;
    }

    /// Resolves once there may be something to send to clients. For one listener.
    pub async fn logouts_rung(&self) {
        self.bells.logouts.notified().await;
    }

    /// Rings in this process.
    pub fn ring(&self, ring: Ring) {
        // Nobody may be listening, which is no trouble.
        let _ = self.bells.rings.send(ring);
    }

    /// Hears whatever rings.
    pub fn hear(&self) -> broadcast::Receiver<Ring> {
        self.bells.rings.subscribe()
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
            if let Some(ring) = Ring::decode(rung.payload()) {
                self.ring(ring);
                // Keys are also changed from the command line, which has no teller of its own.
                if ring == Ring::Keys {
                    self.bells.ring_log();
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
        for ring in [Ring::Feed(project), Ring::Credentials(project), Ring::Keys] {
            assert_eq!(Ring::decode(&ring.encode()), Some(ring));
        }
        for garbage in ["", "feed", "feed x", "key", "keys ", "bell 01936d2e-3c00-7000-8000-000000000001"] {
            assert_eq!(Ring::decode(garbage), None, "{garbage}");
        }
    }
}
