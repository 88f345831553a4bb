//! Wakeups: signals after a commit, to the tasks of this process and, through PostgreSQL, to the other instances.
//!
//! A wakeup carries no data: a task that misses one finds everything when it next reads the database.

use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio::sync::{Notify, broadcast};

use super::db::Db;
use super::{Result, Store};
use usher_domain::id::ProjectId;

/// The channel of PostgreSQL's `NOTIFY`.
const CHANNEL: &str = "usher_rings";
/// How long the dispatcher waits for further events, unless one is urgent. Under load many events share one transaction.
const GATHER: Duration = Duration::from_millis(20);
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

/// The events that a transaction has appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Appended {
    Nothing,
    Events,
    UrgentEvents,
}

/// The wakeups of one open database.
pub(super) struct Wakeups {
    urgent_events: Notify,
    other_events: Notify,
    webhooks: Notify,
    logouts: Notify,
    sender: broadcast::Sender<Wakeup>,
}

impl Wakeups {
    pub(super) fn new() -> Self {
        Self {
            urgent_events: Notify::new(),
            other_events: Notify::new(),
            webhooks: Notify::new(),
            logouts: Notify::new(),
            sender: broadcast::channel(MAX_BEHIND).0,
        }
    }

    /// Signals that a commit has added events.
    pub(super) fn events_appended(&self, appended: Appended) {
        match appended {
            Appended::Nothing => {}
            Appended::Events => self.other_events.notify_one(),
            Appended::UrgentEvents => self.urgent_events.notify_one(),
        }
    }

    /// Resolves at once for an urgent event, and after [`GATHER`] for others.
    async fn pending_events(&self) {
        tokio::select! {
            biased;
            () = self.urgent_events.notified() => {}
            () = self.other_events.notified() => {
                // An error means that no urgent event came.
                let _ = tokio::time::timeout(GATHER, self.urgent_events.notified()).await;
            }
        }
    }
}

impl Store {
    /// Resolves once events were committed since the last call: at once if one of them is urgent, else a moment later,
    /// so that many are dispatched together. For one task.
    pub async fn pending_events(&self) {
        self.wakeups.pending_events().await;
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
                    self.wakeups.events_appended(Appended::UrgentEvents);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn an_urgent_event_is_dispatched_at_once_and_others_are_gathered() {
        let wakeups = Wakeups::new();
        let wake = |appended: &[Appended]| appended.iter().for_each(|appended| wakeups.events_appended(*appended));
        wake(&[Appended::Nothing]);
        assert_eq!(wakeups.pending_events().now_or_never(), None, "nothing to dispatch");
        wake(&[Appended::UrgentEvents]);
        assert_eq!(wakeups.pending_events().now_or_never(), Some(()));
        wake(&[Appended::Events, Appended::UrgentEvents]);
        assert_eq!(wakeups.pending_events().now_or_never(), Some(()));
        wakeups.pending_events().await;
        wake(&[Appended::Events, Appended::Events]);
        let mut gathered = pin!(wakeups.pending_events());
        assert_eq!(gathered.as_mut().now_or_never(), None, "more may come");
        gathered.await;
        assert_eq!(wakeups.pending_events().now_or_never(), None, "both were dispatched together");
    }

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
