//! Bells: what a commit tells whoever waits in this process, and what PostgreSQL carries to the other instances.
//!
//! A bell says that it is worth looking, never what there is to see: whoever misses one finds everything at the next look.

use sqlx::postgres::PgListener;
use tokio::sync::{Notify, broadcast};

use super::db::Db;
use super::{Result, Store};
use crate::domain::id::ProjectId;

/// Rings that one listener may be behind before it is told to look at everything.
const RINGS: usize = 1_024;

/// The bells of one open database.
pub(super) struct Bells {
    log: Notify,
    webhooks: Notify,
    logouts: Notify,
    feed: broadcast::Sender<ProjectId>,
}

impl Bells {
    pub(super) fn hang() -> Self {
        Self { log: Notify::new(), webhooks: Notify::new(), logouts: Notify::new(), feed: broadcast::channel(RINGS).0 }
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

    /// Rings in this process that a project's feed has grown.
    pub fn ring_feed(&self, project: ProjectId) {
        // Nobody may be listening, which is no trouble.
        let _ = self.bells.feed.send(project);
    }

    /// Hears of every feed that grows.
    pub fn hear_feeds(&self) -> broadcast::Receiver<ProjectId> {
        self.bells.feed.subscribe()
    }

    /// Passes on what other instances ring. Never ends on SQLite, where there are none.
    ///
    /// # Errors
    /// When the connection is lost: what was rung meanwhile was not heard.
    pub async fn relay_feeds(&self) -> Result<()> {
        let Db::Postgres(pool) = &self.db else { return std::future::pending().await };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen("usher_feed").await?;
        loop {
            let Some(rung) = listener.try_recv().await? else {
                return Err(sqlx::Error::PoolClosed.into());
            };
            if let Ok(project) = rung.payload().parse() {
                self.ring_feed(project);
            }
        }
    }
}
