//! The webhook sender: takes webhooks with due messages, many concurrently, and sends the messages of each in order.
//!
//! One sender at a time holds a webhook and renews its hold: instances share the work, and another one takes over after
//! a crash. A receiver can delay only its own messages: failing ones use at most half of the slots.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;

use super::context::WebhookSenderContext;
use super::queue::DeliveryQueue;
use crate::drive_concurrently::drive_concurrently;
use usher_domain::id::WebhookId;
use usher_storage::Result;
use usher_storage::events::outgoing::webhooks::Claim;

/// Maximum number of concurrent webhooks.
const PLACES: usize = 64;
/// Maximum number of these that are failing.
const FOR_FAILING: usize = 32;
/// If the sender stops, another takes over after this: longer than one attempt takes.
const HELD: Duration = Duration::from_secs(45);
/// While messages are being sent, the interval for checking for more.
const LOOK: Duration = Duration::from_millis(500);
/// After this a run starts nothing new.
const RUN: Duration = Duration::from_secs(120);

/// Sends messages to webhooks.
pub struct WebhookSender<'a> {
    around: WebhookSenderContext<'a>,
    holder: String,
}

/// Number of slots in use.
#[derive(Debug, Clone, Copy, Default)]
struct SlotsInUse {
    failing: usize,
    steady: usize,
}

impl SlotsInUse {
    fn count(&mut self, failing: bool, more: isize) {
        let kind = if failing { &mut self.failing } else { &mut self.steady };
        *kind = kind.saturating_add_signed(more);
    }

    /// Records the end of a turn. One unreadable or unwritable row does not delay others.
    fn over(&mut self, (failing, done): (bool, Result<()>)) {
        self.count(failing, -1);
        if let Err(why) = done {
            tracing::warn!("webhooks: what became of a message is not written down, and it comes again: {why}");
        }
    }
}

impl<'a> WebhookSender<'a> {
    /// A sender with a unique name.
    pub fn new(around: WebhookSenderContext<'a>) -> Self {
        Self { around, holder: around.random.handle() }
    }

    /// Sends due messages until there are none, for a few minutes at most, or until the server stops.
    ///
    /// # Errors
    /// If the database is not available. What was in progress is sent again later.
    pub async fn run(&self, stop: &CancellationToken) -> Result<()> {
        let mut under_way = FuturesUnordered::new();
        let mut busy = SlotsInUse::default();
        let over = tokio::time::sleep(RUN);
        tokio::pin!(over);
        loop {
            if !stop.is_cancelled() && !over.is_elapsed() {
                let (claimed, ended) = drive_concurrently(&mut under_way, self.claim(busy)).await;
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
                () = self.around.store.webhooks_woken() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    async fn turn(&self, webhook: WebhookId, failing: bool, stop: &CancellationToken) -> (bool, Result<()>) {
        let turn = DeliveryQueue { around: self.around, webhook, claim: || self.claim_now() };
        (failing, turn.take(stop).await)
    }

    /// Takes webhooks for the free slots, each with whether it is failing; writes nothing if nothing is due.
    async fn claim(&self, busy: SlotsInUse) -> Result<Vec<(WebhookId, bool)>> {
        let claim = self.claim_now();
        let room = PLACES.saturating_sub(busy.failing + busy.steady);
        if room == 0 || !self.around.store.has_due_webhook(&claim).await? {
            return Ok(Vec::new());
        }
        let mut claimed = Vec::new();
        for failing in [false, true] {
            let share = if failing { FOR_FAILING.saturating_sub(busy.failing) } else { room };
            let most = u32::try_from(share.min(room - claimed.len())).unwrap_or(u32::MAX);
            let mut tx = self.around.store.begin_single().await?;
            let taken = tx.claim_webhooks(&claim, failing, most).await?;
            tx.commit().await?;
            claimed.extend(taken.into_iter().map(|webhook| (webhook, failing)));
        }
        Ok(claimed)
    }

    fn claim_now(&self) -> Claim {
        let now = self.around.clock.now();
        Claim { holder: self.holder.clone(), now, until: now + HELD }
    }
}
