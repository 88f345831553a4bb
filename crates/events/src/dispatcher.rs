//! The event dispatcher: takes events from the log and hands each to every reader.

use std::collections::BTreeSet;
use std::time::Duration;

use super::counters::DailyCounts;
use super::history::HistoryPages;
use super::lookups::Lookups;
use super::{backchannel, feed, webhooks};
use usher_domain::event::kind::Reload;
use usher_domain::event::visibility::Visibility;
use usher_domain::event::{Event, EventCatalogue};
use usher_domain::id::ProjectId;
use usher_keys::seal::Sealer;
use usher_storage::events::reading::PendingEvent;
use usher_storage::{Result, Store, Tx, Wakeup};

/// Events in one transaction. Other writers of SQLite wait for it, so it is short.
const BATCH: u32 = 64;

/// The settings that readers need.
#[derive(Debug, Clone, Copy)]
pub struct DispatchRules {
    /// The longest lifetime of access tokens.
    pub access_ttl: Duration,
    pub events: EventCatalogue,
}

/// An event with its audience.
#[derive(Debug)]
pub struct DispatchedEvent<'a> {
    /// The event.
    pub event: &'a Event,
    /// The projects that may see it.
    pub projects: BTreeSet<ProjectId>,
}

/// Takes events from the log and dispatches them.
#[derive(Clone)]
pub struct EventDispatcher<'a> {
    store: Store,
    sealer: &'a Sealer,
    rules: DispatchRules,
}

impl<'a> EventDispatcher<'a> {
    /// A dispatcher for this store. The sealer makes pairwise identifiers of users.
    pub const fn new(store: Store, sealer: &'a Sealer, rules: DispatchRules) -> Self {
        Self { store, sealer, rules }
    }

    /// Dispatches all pending events, and returns their number. An event that cannot be dispatched stays pending and
    /// does not block later ones.
    ///
    /// # Errors
    /// The database is not available; or the error of the first event that stays pending.
    pub async fn dispatch_pending(&self) -> Result<usize> {
        let mut count = 0;
        let mut stuck = None;
        while self.store.has_pending_events().await? {
            match self.dispatch_batch(BATCH, 0).await {
                Ok(0) => break,
                Ok(some) => count += some,
                Err(_) => {
                    let (some, why) = self.dispatch_one_by_one().await?;
                    count += some;
                    stuck = stuck.or(why);
                    if some == 0 {
                        break;
                    }
                }
            }
        }
        stuck.map_or(Ok(count), Err)
    }

    /// After a batch has failed: each event alone, skipping those that fail again.
    async fn dispatch_one_by_one(&self) -> Result<(usize, Option<usher_storage::StorageError>)> {
        let (mut count, mut stuck, mut skip) = (0, None, 0);
        while skip < BATCH {
            match self.dispatch_batch(1, skip).await {
                Ok(0) => break,
                Ok(some) => count += some,
                Err(why) => {
                    tracing::warn!("an event cannot be dispatched yet: {why}");
                    stuck = stuck.or(Some(why));
                    skip += 1;
                }
            }
        }
        Ok((count, stuck))
    }

    /// Dispatches up to `size` events, skipping the first `skip`.
    async fn dispatch_batch(&self, size: u32, skip: u32) -> Result<usize> {
        let mut tx = self.store.begin().await?;
        let mut events = tx.take_pending_events(size + skip, self.rules.events).await?;
        events.drain(..events.len().min(skip as usize));
        let wakeups = on_events(&mut tx, &events, self.sealer, self.rules).await?;
        tx.commit().await?;
        self.store.wake_senders();
        for wakeup in wakeups {
            self.store.wake(wakeup);
        }
        Ok(events.len())
    }
}

/// Hands each event to every reader. Returns the wakeups to send once everything is durable.
async fn on_events(tx: &mut Tx, events: &[PendingEvent], sealer: &Sealer, rules: DispatchRules) -> Result<Vec<Wakeup>> {
    let mut grown = BTreeSet::new();
    let mut wakeups = Vec::new();
    let (mut pages, mut lookups) = (HistoryPages::default(), Lookups::new(sealer));
    let mut counts = DailyCounts::default();
    for pending in events {
        let event = &pending.event;
        let dispatched = DispatchedEvent { event, projects: projects_that_may_see(tx, event).await? };
        grown.extend(feed::on_event(tx, &dispatched, rules.access_ttl, sealer).await?);
        backchannel::on_event(tx, &dispatched, rules.access_ttl, sealer).await?;
        webhooks::on_event(tx, &dispatched, &mut lookups).await?;
        match event.kind.row().reload {
            Some(Reload::SigningKeys) => wakeups.push(Wakeup::Keys),
            Some(Reload::ProjectTokens) => wakeups.extend(dispatched.projects.iter().copied().map(Wakeup::Credentials)),
            None => {}
        }
        pages.on_event(tx, &dispatched, &mut lookups).await?;
        counts.on_event(event);
        tx.mark_dispatched(pending).await?;
    }
    pages.write(tx).await?;
    counts.write(tx).await?;
    wakeups.extend(grown.into_iter().map(Wakeup::Feed));
    for wakeup in &wakeups {
        tx.wake(*wakeup).await?;
    }
    Ok(wakeups)
}

/// The projects that may see an event ([`Visibility`]).
async fn projects_that_may_see(tx: &mut Tx, event: &Event) -> Result<BTreeSet<ProjectId>> {
    let mut projects = event.projects();
    match (event.kind.visibility(), event.user_id, event.session_id) {
        (Visibility::NoProject | Visibility::FirstGrant, ..) => projects.clear(),
        (Visibility::Session, _, Some(session)) => projects.extend(tx.projects_of_session(session).await?),
        (Visibility::User, Some(user), _) => projects.extend(tx.projects_of_user(user).await?),
        (Visibility::EveryProject, ..) => projects.extend(tx.every_project().await?),
        (Visibility::Project | Visibility::Session | Visibility::User, ..) => {}
    }
    Ok(projects)
}
