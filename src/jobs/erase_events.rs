//! Erases the data of the events of deleted users, in small batches, each in a transaction that stores the position.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Job;
use usher_accounts::FlowError;
use usher_domain::id::UserId;
use usher_flows::Usher;
use usher_storage::events::erasures::Erasure;

/// Events in one transaction.
const BATCH: u32 = 200;
/// The pause between two transactions.
const PAUSE: Duration = Duration::from_millis(20);
/// Requests in flight when the user was deleted may still append events; none takes this long.
const LONGEST_REQUEST: Duration = Duration::from_mins(1);

/// The job.
pub struct EraseEvents;

impl Job for EraseEvents {
    fn name(&self) -> &'static str {
        "erase_events"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn run<'a>(&'a self, usher: &'a Usher, stop: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>> {
        async move {
            let mut after = UserId(Uuid::nil());
            while !stop.is_cancelled() {
                let now = usher.core.now();
                let Some(erasure) = usher.core.store.next_erasure(after, now - LONGEST_REQUEST, now).await? else {
                    break;
                };
                after = erasure.user;
                erase(usher, erasure, stop).await?;
            }
            Ok(())
        }
        .boxed()
    }
}

async fn erase(usher: &Usher, mut erasure: Erasure, stop: &CancellationToken) -> Result<(), FlowError> {
    while !stop.is_cancelled() {
        let end = usher.core.store.find_erasure_batch_end(erasure, BATCH).await?;
        let mut tx = usher.core.store.begin().await?;
        tx.erase_batch(erasure, end).await?;
        tx.commit().await?;
        let Some(place) = end else { break };
        erasure.place = place;
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
