//! The hub: sends new entries of the feeds to all connections of this instance.
//!
//! It reads and serializes each new entry once, and all listeners of the project share the bytes. The channel sends a
//! listener that has fallen behind, which then reads the rest from the database; nobody waits for it.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Semaphore, SemaphorePermit, broadcast};
use tokio::time::Instant;

use super::channel::{Channel, ListenerSlot, lock};
use super::frame::Frame;
use super::listener::Listener;
use super::listening::FeedSubscription;
use super::pollers::Pollers;
use usher_domain::id::ProjectId;
use usher_domain::time::{Clock, Timestamp};
use usher_storage::{Result, Store, Wakeup};

/// Number of messages that a listener may be behind before it must read from the database.
const BACKLOG: usize = 512;
/// Number of entries read at once.
const PAGE: u32 = 500;
/// Number of listeners that query the database at the same time. There may be ten thousand with the same query; they
/// wait for each other, and delay nothing else.
const ASK_AT_ONCE: usize = 4;
/// The interval for checking every feed with listeners, in case a wakeup was lost.
const LOOK_ANYWAY: Duration = Duration::from_secs(5);
/// The delay after losing the connection that receives wakeups of other instances.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// All connections of this instance, by project.
#[derive(Clone)]
pub struct Hub(Arc<HubState>);

struct HubState {
    store: Store,
    clock: Arc<dyn Clock>,
    instance: String,
    channels: Mutex<HashMap<ProjectId, Arc<Channel>>>,
    pollers: Pollers,
    places: Arc<Semaphore>,
    turns: Semaphore,
    next: AtomicU64,
}

impl Hub {
    /// Starts sending, with at most `places` listeners. It stops when the last handle is dropped. `instance` identifies
    /// this one among others.
    pub fn start(store: Store, clock: Arc<dyn Clock>, instance: String, places: usize) -> Self {
        let (channels, pollers, next) = (Mutex::default(), Pollers::default(), AtomicU64::new(1));
        let places = Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS)));
        let turns = Semaphore::new(ASK_AT_ONCE);
        let inner =
            Arc::new(HubState { store: store.clone(), clock, instance, channels, pollers, places, turns, next });
        tokio::spawn(carry(Arc::downgrade(&inner), store.subscribe()));
        tokio::spawn(relay(Arc::downgrade(&inner), store));
        Self(inner)
    }

    /// A slot for a listener, unless all are in use.
    pub fn take_place(&self) -> Option<ListenerSlot> {
        self.0.places.clone().try_acquire_owned().ok().map(|permit| ListenerSlot { _permit: permit })
    }

    /// Permission to query the database, until it is dropped.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // An error would mean a closed semaphore, and it is never closed.
        self.0.turns.acquire().await.ok()
    }

    /// Starts listening to a project's feed: entries sent from now on are received. Read older entries from the
    /// database after this, and ignore duplicates.
    pub async fn listen(&self, place: ListenerSlot, project: ProjectId, who: Listener) -> Result<FeedSubscription> {
        let channel = if let Some(channel) = self.channel(project) {
            channel
        } else {
            let carried = self.0.store.feed_place(project).await?.map_or(0, |place| place.position);
            self.open(project, carried)
        };
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let frames = channel.frames.subscribe();
        lock(&channel.listeners).insert(id, who);
        Ok(FeedSubscription::new(id, channel, frames, place))
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(super) fn instance(&self) -> &str {
        &self.0.instance
    }

    /// Remembers a module that polls, until it is overdue.
    pub fn note_poll(&self, project: ProjectId, asking: Listener) {
        self.0.pollers.note(project, asking, self.now());
    }

    /// The listeners of a project at this instance: the sockets, longest connected first, then the modules that poll.
    pub fn listeners(&self, project: ProjectId) -> Vec<Listener> {
        let sockets = self.channel(project).map(|channel| channel.sockets()).unwrap_or_default();
        sockets.into_iter().chain(self.0.pollers.list(project, self.now())).collect()
    }

    /// The projects with listeners at this instance.
    pub fn projects(&self) -> BTreeSet<ProjectId> {
        let open: Vec<ProjectId> = lock(&self.0.channels).keys().copied().collect();
        open.into_iter().chain(self.0.pollers.projects()).collect()
    }

    fn channel(&self, project: ProjectId) -> Option<Arc<Channel>> {
        lock(&self.0.channels).get(&project).cloned()
    }

    /// Another task may have opened it meanwhile: then that one is used.
    fn open(&self, project: ProjectId, carried: i64) -> Arc<Channel> {
        let fresh = || {
            let (frames, _) = broadcast::channel(BACKLOG);
            Arc::new(Channel { frames, carried: AtomicI64::new(carried), listeners: Mutex::default() })
        };
        lock(&self.0.channels).entry(project).or_insert_with(fresh).clone()
    }
}

impl HubState {
    /// Sends new entries. One task does this, so entries keep their order.
    async fn carry_feed(&self, project: ProjectId) -> Result<()> {
        let Some(channel) = lock(&self.channels).get(&project).cloned() else { return Ok(()) };
        if lock(&channel.listeners).is_empty() {
            // A listener that arrives meanwhile finds no channel and opens one, at the position of the feed then.
            let mut channels = lock(&self.channels);
            if lock(&channel.listeners).is_empty() && Arc::strong_count(&channel) <= 2 {
                channels.remove(&project);
            }
            return Ok(());
        }
        loop {
            let entries = self.store.list_feed(project, channel.carried.load(Ordering::Relaxed), PAGE).await?;
            let Some(last) = entries.last().map(|entry| entry.position) else { return Ok(()) };
            for entry in entries {
                // An error means that no listener is left.
                let _ = channel.frames.send(Frame::of(entry));
            }
            channel.carried.store(last, Ordering::Relaxed);
        }
    }

    fn broadcast(&self, project: Option<ProjectId>, frame: &Frame) {
        let channels = lock(&self.channels);
        let projects_that_may_see = channels.iter().filter(|(id, _)| project.is_none_or(|project| project == **id));
        for (_, channel) in projects_that_may_see {
            let _ = channel.frames.send(frame.clone());
        }
    }

    async fn carry_all(&self) -> Result<()> {
        let projects: Vec<ProjectId> = lock(&self.channels).keys().copied().collect();
        for project in projects {
            self.carry_feed(project).await?;
        }
        Ok(())
    }
}

/// Handles wakeups until the hub is dropped.
async fn carry(inner: Weak<HubState>, mut rings: broadcast::Receiver<Wakeup>) {
    let mut written_at = Instant::now();
    loop {
        let rung = tokio::time::timeout(LOOK_ANYWAY, rings.recv()).await;
        let Some(inner) = inner.upgrade() else { return };
        if written_at.elapsed() >= LOOK_ANYWAY {
            written_at = Instant::now();
            let written = Hub(inner.clone()).write_down().await;
            if let Err(why) = written {
                tracing::debug!("feed: who listens cannot be written down: {why}");
            }
        }
        let carried = match rung {
            Ok(Ok(Wakeup::Feed(project))) => inner.carry_feed(project).await,
            Ok(Ok(Wakeup::Credentials(project))) => {
                inner.broadcast(Some(project), &Frame::Credentials);
                Ok(())
            }
            Ok(Ok(Wakeup::Keys)) => {
                inner.broadcast(None, &Frame::Keys);
                Ok(())
            }
            Ok(Err(RecvError::Closed)) => return,
            Ok(Err(RecvError::Lagged(_))) | Err(_) => inner.carry_all().await,
        };
        if let Err(why) = carried {
            tracing::warn!("feed: cannot be read, and is read again in a moment: {why}");
        }
    }
}

/// Receives the wakeups of other instances until the hub is dropped.
async fn relay(inner: Weak<HubState>, store: Store) {
    while inner.strong_count() > 0 {
        let lost = tokio::select! {
            lost = store.relay_wakeups() => lost,
            () = gone(&inner) => return,
        };
        if let Err(why) = lost {
            tracing::warn!("feed: notifications of other instances are not received at the moment: {why}");
        }
        tokio::time::sleep(TRY_AGAIN).await;
    }
}

async fn gone(inner: &Weak<HubState>) {
    while inner.strong_count() > 0 {
        tokio::time::sleep(TRY_AGAIN).await;
    }
}
