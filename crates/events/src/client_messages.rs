//! Sends messages to clients, many concurrently, a few to each client at a time, so that one that does not answer does not
//! delay others.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;

use crate::drive_concurrently::drive_concurrently;
use usher_domain::id::ClientId;
use usher_storage::Result;

/// Maximum number of concurrent messages.
const PLACES: usize = 64;
/// Maximum number of concurrent messages to one client.
const OF_EACH: usize = 4;
/// While messages are being sent, the interval for checking for more.
const LOOK: Duration = Duration::from_millis(500);
/// After this a run starts nothing new.
const RUN: Duration = Duration::from_secs(120);

/// If a sender stops, the messages that it took are due again after this: longer than one attempt takes.
pub(super) const HELD: Duration = Duration::from_secs(45);

/// Messages of one kind.
pub(super) trait ClientMessages: Sync {
    /// For the log.
    const KIND: &'static str;

    type Message: Send;

    fn client_of(message: &Self::Message) -> &ClientId;

    /// Takes up to `most` messages that are due, none to these clients.
    fn take(&self, full: Vec<ClientId>, most: u32) -> impl Future<Output = Result<Vec<Self::Message>>> + Send;

    /// Sends one, and writes down what became of it.
    fn send(&self, message: Self::Message) -> impl Future<Output = Result<()>> + Send;

    /// Resolves when there may be more.
    fn woken(&self) -> impl Future<Output = ()> + Send;
}

/// Number of messages in progress for each client.
#[derive(Debug, Default)]
struct MessagesInProgress(BTreeMap<ClientId, usize>);

impl MessagesInProgress {
    fn takes(&mut self, client: &ClientId) {
        *self.0.entry(client.clone()).or_default() += 1;
    }

    /// The clients at their maximum.
    fn full(&self) -> Vec<ClientId> {
        self.0.iter().filter(|(_, held)| **held >= OF_EACH).map(|(client, _)| client.clone()).collect()
    }

    /// Records the end of an attempt. One unreadable or unwritable row does not delay others.
    fn over(&mut self, kind: &str, (client, done): (ClientId, Result<()>)) {
        if let Some(held) = self.0.get_mut(&client) {
            *held = held.saturating_sub(1);
        }
        if let Err(why) = done {
            tracing::warn!("{kind}: what became of a message is not written down, and it comes again: {why}");
        }
    }
}

/// Sends messages until none are due, for a few minutes at most, or until the server stops.
///
/// # Errors
/// If the database is not available. What was in progress is sent again later.
pub(super) async fn send_due<M: ClientMessages>(messages: &M, stop: &CancellationToken) -> Result<()> {
    let mut under_way = FuturesUnordered::new();
    let mut busy = MessagesInProgress::default();
    let over = tokio::time::sleep(RUN);
    tokio::pin!(over);
    loop {
        // A few at a time: a client that does not answer reaches its maximum soon, and does not delay others.
        while !stop.is_cancelled() && !over.is_elapsed() {
            let taking = take(messages, PLACES.saturating_sub(under_way.len()), busy.full());
            let (taken, ended) = drive_concurrently(&mut under_way, taking).await;
            for one in ended {
                busy.over(M::KIND, one);
            }
            let taken = taken?;
            if taken.is_empty() {
                break;
            }
            for message in taken {
                let client = M::client_of(&message).clone();
                busy.takes(&client);
                under_way.push(async move { (client, messages.send(message).await) });
            }
        }
        if under_way.is_empty() {
            return Ok(());
        }
        tokio::select! {
            Some(one) = under_way.next() => busy.over(M::KIND, one),
            () = messages.woken() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn take<M: ClientMessages>(messages: &M, room: usize, full: Vec<ClientId>) -> Result<Vec<M::Message>> {
    match u32::try_from(room.min(OF_EACH)).unwrap_or(u32::MAX) {
        0 => Ok(Vec::new()),
        most => messages.take(full, most).await,
    }
}
