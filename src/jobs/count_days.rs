//! Counts days again from the event log: after an upgrade those before the counters existed, and whenever an
//! administrator asks for it. One day in one transaction, in which no event is dispatched.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio_util::sync::CancellationToken;

use super::Job;
use usher_accounts::{COUNTS_KEPT, FlowError};
use usher_domain::event::counter::DAYS_OF_ACTIVITY;
use usher_flows::Usher;

/// The pause between two days, in which other writers have their turn.
const PAUSE: Duration = Duration::from_millis(50);

/// The job.
pub struct CountDays;

impl Job for CountDays {
    fn name(&self) -> &'static str {
        "count_days"
    }

    fn every(&self) -> Duration {
        Duration::from_mins(1)
    }

    fn run<'a>(&'a self, usher: &'a Usher, stop: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>> {
        async move {
            while !stop.is_cancelled() && count_a_day(usher).await? {
                tokio::time::sleep(PAUSE).await;
            }
            Ok(())
        }
        .boxed()
    }
}

/// Counts the next day. `false` if there is none.
async fn count_a_day(usher: &Usher) -> Result<bool, FlowError> {
    let store = &usher.core.store;
    let Some(recount) = store.find_recount().await? else { return Ok(false) };
    let today = usher.core.now().day();
    let day = recount.next_day.max(today - COUNTS_KEPT);
    let mut tx = store.begin().await?;
    tx.hold_dispatch().await?;
    if day > recount.last_day {
        tx.count_last_active_again(today - DAYS_OF_ACTIVITY).await?;
        tx.finish_recount(recount).await?;
    } else if tx.advance_recount(recount, day + 1).await? {
        tx.count_day_again(day).await?;
    }
    tx.commit().await?;
    Ok(true)
}
