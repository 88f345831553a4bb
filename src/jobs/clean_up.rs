//! Deletes rows that have expired so long ago that nobody can ask for them: in small batches, with a pause after each,
//! so that sign-ins do not wait for it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Job;
use usher_accounts::{COUNTS_KEPT, FlowError};
use usher_domain::event::counter::DAYS_OF_ACTIVITY;
use usher_domain::id::GrantId;
use usher_domain::time::Timestamp;
use usher_flows::Usher;

/// Rows in one transaction.
const BATCH: u32 = 100;
/// Rate limit buckets in one transaction: their table is scanned from the beginning each time, since no index helps.
const BUCKETS: u32 = 5_000;
/// Transactions of one kind in one run; the rest waits for the next.
const BATCHES: usize = 200;
/// The pause between transactions.
const PAUSE: Duration = Duration::from_millis(20);
/// How long everything is kept after it has ended: clocks differ, and operators investigate.
const KEPT: Duration = Duration::from_hours(48);
/// How long feed entries are kept after the last affected token has expired: a subscriber that was disconnected longer
/// starts over.
const FEED_KEPT: Duration = Duration::from_mins(10);
/// Outgoing messages are kept for thirty days after the last attempt, which is a day after the first.
const OUTGOING_KEPT: Duration = Duration::from_hours(31 * 24);
/// The longest delay of an outgoing message. A longer one was written while a clock was ahead, and is sent now.
const LONGEST_WAIT: Duration = Duration::from_hours(48);
/// A browser is kept for longer than its cookie, which expires after a year.
const BROWSER_KEPT: Duration = Duration::from_hours(400 * 24);

/// A client that registered itself and that nobody has allowed is kept for this long.
const UNWANTED_CLIENT_KEPT: Duration = Duration::from_hours(24);

/// The job, and its position in the table of grants.
#[derive(Default)]
pub struct CleanUp {
    place: Mutex<Option<GrantId>>,
}

impl Job for CleanUp {
    fn name(&self) -> &'static str {
        "clean_up"
    }

    fn every(&self) -> Duration {
        Duration::from_mins(2)
    }

    fn run<'a>(&'a self, usher: &'a Usher, stop: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>> {
        self.sweep(usher, stop).boxed()
    }
}

/// Repeats a batched deletion until a batch is not full, the limit of this run is reached, or the server stops.
macro_rules! in_batches {
    ($usher:expr, $stop:expr, |$tx:ident| $sweep:expr) => {
        in_batches!($usher, $stop, BATCH, |$tx| $sweep)
    };
    ($usher:expr, $stop:expr, $size:expr, |$tx:ident| $sweep:expr) => {
        for _ in 0..BATCHES {
            let mut $tx = $usher.core.store.begin_single().await?;
            let swept = $sweep.await?;
            $tx.commit().await?;
            if swept < u64::from($size) || $stop.is_cancelled() {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
}

impl CleanUp {
    async fn sweep(&self, usher: &Usher, stop: &CancellationToken) -> Result<(), FlowError> {
        let now = usher.core.now();
        let before = now - KEPT;
        let now_ms = now.0.saturating_mul(1000);
        in_batches!(usher, stop, BUCKETS, |tx| tx.sweep_buckets(now_ms, BUCKETS));
        let before_feed = now - FEED_KEPT;
        in_batches!(usher, stop, |tx| tx.sweep_feed(before_feed, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_feed_tickets(now, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_project_invitations(now - KEPT, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_feed_audience(before_feed, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_proofs(before, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_revoked_tokens(before, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_device_codes(before, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_ciba_requests(before, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_pushed_requests(now, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_single_use(before, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_initial_tokens(before, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_repeatable(now, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_upstream_states(before, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_provider_events(before, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_unlinked(before, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_ceremonies(before, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_remembered(before, BATCH));
        let history = now - usher.core.config.projects.history;
        in_batches!(usher, stop, |tx| tx.sweep_history(history, BATCH));
        let attempts = now - usher.core.config.attempts.kept;
        in_batches!(usher, stop, |tx| tx.sweep_attempts(attempts, BATCH));
        let outgoing = now - OUTGOING_KEPT;
        in_batches!(usher, stop, |tx| tx.sweep_deliveries(outgoing, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_logout_notices(outgoing, BATCH));
        let forgotten = now - BROWSER_KEPT;
        in_batches!(usher, stop, |tx| tx.sweep_browsers(forgotten, BATCH));
        let bound = now + LONGEST_WAIT;
        in_batches!(usher, stop, |tx| tx.bring_emails_near(now, bound, BATCH));
        in_batches!(usher, stop, |tx| tx.bring_logout_notices_near(now, bound, BATCH));
        in_batches!(usher, stop, |tx| tx.bring_deliveries_near(now, bound, BATCH));
        in_batches!(usher, stop, |tx| tx.bring_webhooks_near(now, bound, BATCH));
        let today = now.day();
        in_batches!(usher, stop, |tx| tx.sweep_counters(today - COUNTS_KEPT, BATCH));
        in_batches!(usher, stop, |tx| tx.sweep_active_users(today - DAYS_OF_ACTIVITY, BATCH));
        self.sweep_grants(usher, stop, before).await?;
        let unused = now - usher.core.config.client_registration.unused;
        usher.clients.sweep_unused_clients(unused, now - UNWANTED_CLIENT_KEPT).await?;
        // Last: a session is kept while one of its grants is.
        in_batches!(usher, stop, |tx| tx.sweep_sessions(before, BATCH));
        Ok(())
    }

    /// Sweeps the grants in the order of their ids, a part in each run, and restarts at the end.
    async fn sweep_grants(&self, usher: &Usher, stop: &CancellationToken, before: Timestamp) -> Result<(), FlowError> {
        for _ in 0..BATCHES {
            let after = self.place().unwrap_or(GrantId(Uuid::nil()));
            let end = usher.core.store.find_grant_batch_end(after, BATCH).await?;
            let until = end.unwrap_or(GrantId(Uuid::max()));
            let mut tx = usher.core.store.begin_single().await?;
            tx.sweep_grants(after, until, before).await?;
            tx.commit().await?;
            *self.place.lock().unwrap_or_else(PoisonError::into_inner) = end;
            if end.is_none() || stop.is_cancelled() {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    fn place(&self) -> Option<GrantId> {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
