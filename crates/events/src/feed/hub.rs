//! The hub: carries what grows in the feeds to everybody who is connected to this instance.
//!
//! It reads each new entry once and writes it once, and every listener of the project is handed the same bytes. A listener
//! that falls behind is told so by the channel and reads the rest from the database by itself; nobody waits for it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Semaphore, SemaphorePermit, broadcast};
use tokio::time::Instant;

use super::channel::{Channel, Place, lock};
use super::frame::Frame;
use super::listener::Listener;
use super::listening::Listening;
use usher_domain::id::ProjectId;
use usher_domain::time::{Clock, Timestamp};
use usher_storage::{Result, Ring, Store};

/// Messages that a listener may be behind before it has to read for itself.
const BACKLOG: usize = 512;
/// Entries read at once.
const PAGE: u32 = 500;
/// Listeners that ask the database at once. There may be ten thousand with the same question; they wait for each other, and
/// nobody else waits for them.
const ASK_AT_ONCE: usize = 4;
/// A look at every feed that somebody listens to, in case that a bell was not heard.
const LOOK_ANYWAY: Duration = Duration::from_secs(5);
/// After the connection that carries the other instances' bells was lost.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Everybody who is connected to this instance, by project.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    instance: String,
    channels: Mutex<HashMap<ProjectId, Arc<Channel>>>,
    places: Arc<Semaphore>,
    turns: Semaphore,
    next: AtomicU64,
}

impl Hub {
    /// Starts carrying, to so many `places` at most. It ends by itself when the last handle is gone. `instance` names this
    /// one among others.
    pub fn start(store: Store, clock: Arc<dyn Clock>, instance: String, places: usize) -> Self {
        let (channels, next) = (Mutex::default(), AtomicU64::new(1));
        let places = Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS)));
        let turns = Semaphore::new(ASK_AT_ONCE);
        let inner = Arc::new(Inner { store: store.clone(), clock, instance, channels, places, turns, next });
        tokio::spawn(carry(Arc::downgrade(&inner), store.hear()));
        tokio::spawn(relay(Arc::downgrade(&inner), store));
        Self(inner)
    }

    /// A place to listen from, unless all are taken.
    pub fn take_place(&self) -> Option<Place> {
        self.0.places.clone().try_acquire_owned().ok().map(|permit| Place { _permit: permit })
    }

    /// The turn of a listener to ask the database; over when it is dropped.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // An error would mean a closed semaphore, and nobody closes it.
        self.0.turns.acquire().await.ok()
    }

    /// Begins to listen to a project's feed: whatever is carried from here on is heard. What stands in the database before
    /// that is to be read after this, and an entry that comes both ways is to be taken once.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn listen(&self, place: Place, project: ProjectId, who: Listener) -> Result<Listening> {
        let channel = if let Some(channel) = self.channel(project) {
            channel
        } else {
            let carried = self.0.store.feed_place(project).await?.map_or(0, |place| place.position);
            self.open(project, carried)
        };
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let frames = channel.frames.subscribe();
        lock(&channel.listeners).insert(id, who);
        Ok(Listening::new(id, channel, frames, place))
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

    /// Who listens to a project at this instance, longest first.
    pub fn listeners(&self, project: ProjectId) -> Vec<Listener> {
        let Some(channel) = self.channel(project) else { return Vec::new() };
        let mut listeners: Vec<(u64, Listener)> =
            lock(&channel.listeners).iter().map(|(id, listener)| (*id, listener.clone())).collect();
        listeners.sort_by_key(|(id, _)| *id);
        listeners.into_iter().map(|(_, listener)| listener).collect()
    }

    /// The projects that somebody listens to at this instance.
    pub fn projects(&self) -> Vec<ProjectId> {
        lock(&self.0.channels).keys().copied().collect()
    }

    fn channel(&self, project: ProjectId) -> Option<Arc<Channel>> {
        lock(&self.0.channels).get(&project).cloned()
    }

    /// Somebody else may have opened it meanwhile: then it is theirs.
    fn open(&self, project: ProjectId, carried: i64) -> Arc<Channel> {
        let fresh = || {
            let (frames, _) = broadcast::channel(BACKLOG);
            Arc::new(Channel { frames, carried: AtomicI64::new(carried), listeners: Mutex::default() })
        };
        lock(&self.0.channels).entry(project).or_insert_with(fresh).clone()
    }
}

impl Inner {
    /// Carries what has grown since the last time. One task does this, so entries never overtake each other.
    async fn carry_feed(&self, project: ProjectId) -> Result<()> {
        let Some(channel) = lock(&self.channels).get(&project).cloned() else { return Ok(()) };
        if lock(&channel.listeners).is_empty() {
            // Whoever comes meanwhile finds no channel and opens one, at the place that the feed has then.
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
                // An error means that nobody listens any more.
                let _ = channel.frames.send(Frame::of(entry));
            }
            channel.carried.store(last, Ordering::Relaxed);
        }
    }

    fn tell(&self, project: Option<ProjectId>, frame: &Frame) {
        let channels = lock(&self.channels);
        let concerned = channels.iter().filter(|(id, _)| project.is_none_or(|project| project == **id));
        for (_, channel) in concerned {
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

/// Carries whatever rings, until the hub is gone.
async fn carry(inner: Weak<Inner>, mut rings: broadcast::Receiver<Ring>) {
    let mut written_at = Instant::now();
    loop {
        let rung = tokio::time::timeout(LOOK_ANYWAY, rings.recv()).await;
        let Some(inner) = inner.upgrade() else { return };
        if written_at.elapsed() >= LOOK_ANYWAY {
            written_at = Instant::now();
            let written = Hub(inner.clone()).write_down(&inner.store).await;
            if let Err(why) = written {
                tracing::debug!("feed: who listens cannot be written down: {why}");
            }
        }
        let carried = match rung {
            Ok(Ok(Ring::Feed(project))) => inner.carry_feed(project).await,
            Ok(Ok(Ring::Credentials(project))) => {
                inner.tell(Some(project), &Frame::Credentials);
                Ok(())
            }
            Ok(Ok(Ring::Keys)) => {
                inner.tell(None, &Frame::Keys);
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

/// Hears what other instances ring, until the hub is gone.
async fn relay(inner: Weak<Inner>, store: Store) {
    while inner.strong_count() > 0 {
        let lost = tokio::select! {
            lost = store.relay_rings() => lost,
            () = gone(&inner) => return,
        };
        if let Err(why) = lost {
            tracing::warn!("feed: the other instances are not heard at the moment: {why}");
        }
        tokio::time::sleep(TRY_AGAIN).await;
    }
}

async fn gone(inner: &Weak<Inner>) {
    while inner.strong_count() > 0 {
        tokio::time::sleep(TRY_AGAIN).await;
    }
}
