//! Works on the imports of users, a part of each at a time, and deletes what they leave behind.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio_util::sync::CancellationToken;

use super::Job;
use usher_accounts::FlowError;
use usher_flows::Usher;

/// The pause after a part, in which other writers have their turn.
const PAUSE: Duration = Duration::from_millis(5);

/// The job.
pub struct ImportUsers;

impl Job for ImportUsers {
    fn name(&self) -> &'static str {
        "import_users"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn woken<'a>(&'a self, usher: &'a Usher) -> BoxFuture<'a, ()> {
        usher.user_imports.wakeup.notified().boxed()
    }

    fn run<'a>(&'a self, usher: &'a Usher, stop: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>> {
        async move {
            while !stop.is_cancelled() && Box::pin(usher.user_imports.work()).await? {
                tokio::time::sleep(PAUSE).await;
            }
            while !stop.is_cancelled() && usher.user_imports.tidy().await? {
                tokio::time::sleep(PAUSE).await;
            }
            Ok(())
        }
        .boxed()
    }
}
