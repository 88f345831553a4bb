//! The courier: takes up webhooks that have something due, many side by side, and brings each its messages one by one.
//!
//! A webhook is held by one courier at a time, for as long as it says so again: two instances share the work, and what
//! one leaves behind when it dies is taken up by another. Whatever a receiver does, it holds up its own messages alone:
//! those that fail never fill more than half of the places.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;

use super::around::Around;
use super::turn::Turn;
use crate::beside::beside;
use usher_domain::id::WebhookId;
use usher_storage::Result;
use usher_storage::outgoing::webhooks::Claim;

/// Webhooks side by side.
const PLACES: usize = 64;
/// Of these, for webhooks that fail.
const FOR_FAILING: usize = 32;
/// Should a courier be gone, somebody else takes over after this: longer than one try takes.
const HELD: Duration = Duration::from_secs(45);
/// While something is under way it is looked after so long whether anything else is due.
const LOOK: Duration = Duration::from_millis(500);
/// A run takes up nothing more after this, and comes to its end.
const RUN: Duration = Duration::from_secs(120);

/// Brings messages to webhooks.
pub struct Courier<'a> {
    around: Around<'a>,
    holder: String,
}

/// How many places are taken.
#[derive(Debug, Clone, Copy, Default)]
struct Busy {
    failing: usize,
    steady: usize,
}

impl Busy {
    fn count(&mut self, failing: bool, more: isize) {
        let kind = if failing { &mut self.failing } else { &mut self.steady };
        *kind = kind.saturating_add_signed(more);
    }

    /// A turn is over. One row that cannot be read or written holds up nobody else's.
    fn over(&mut self, (failing, done): (bool, Result<()>)) {
        self.count(failing, -1);
        if let Err(why) = done {
            tracing::warn!("webhooks: what became of a message is not written down, and it comes again: {why}");
        }
    }
}

impl<'a> Courier<'a> {
    /// A courier under a name of its own.
    pub fn new(around: Around<'a>) -> Self {
        Self { around, holder: around.random.handle() }
    }

    /// Brings whatever is due until nothing is, for a few minutes at most, or until the house stops.
    ///
    /// # Errors
    /// If the database is not available. What was under way is taken up again later.
    pub async fn run(&self, stop: &watch::Receiver<bool>) -> Result<()> {
        let mut under_way = FuturesUnordered::new();
        let mut busy = Busy::default();
        let over = tokio::time::sleep(RUN);
        tokio::pin!(over);
        loop {
            if !*stop.borrow() && !over.is_elapsed() {
                let (claimed, ended) = beside(&mut under_way, self.claim(busy)).await;
                for one in ended {
                    busy.over(one);
                }
                for (webhook, failing) in claimed? {
                    busy.count(failing, 1);
                    under_way.push(self.turn(webhook, failing, stop));
                }
            }
            if under_way.is_empty() {
                return Ok(());
            }
            tokio::select! {
                Some(one) = under_way.next() => busy.over(one),
                () = self.around.store.webhooks_rung() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    async fn turn(&self, webhook: WebhookId, failing: bool, stop: &watch::Receiver<bool>) -> (bool, Result<()>) {
        let turn = Turn { around: self.around, webhook, claim: || self.claim_now() };
        (failing, turn.take(stop).await)
    }

    /// Takes up webhooks for the places that are free, each with whether it fails; nothing is written while nothing is due.
    async fn claim(&self, busy: Busy) -> Result<Vec<(WebhookId, bool)>> {
        let claim = self.claim_now();
        let room = PLACES.saturating_sub(busy.failing + busy.steady);
        if room == 0 || !self.around.store.has_due_webhook(&claim).await? {
            return Ok(Vec::new());
        }
        let mut claimed = Vec::new();
        for failing in [false, true] {
            let share = if failing { FOR_FAILING.saturating_sub(busy.failing) } else { room };
            let most = u32::try_from(share.min(room - claimed.len())).unwrap_or(u32::MAX);
            let claim = claim.clone();
            let take = self
                .around
                .store
                .write_single(move |mut tx| Box::pin(async move { tx.claim_webhooks(&claim, failing, most).await }));
            claimed.extend(take.await?.into_iter().map(|webhook| (webhook, failing)));
        }
        Ok(claimed)
    }

    fn claim_now(&self) -> Claim {
        let now = self.around.clock.now();
        Claim { holder: self.holder.clone(), now, until: now + HELD }
    }
}
