//! Creates, activates, retires and prunes signing keys as the rules require.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio_util::sync::CancellationToken;

use super::Job;
use usher_accounts::FlowError;
use usher_flows::Usher;

/// The job.
pub struct TendKeys;

impl Job for TendKeys {
    fn name(&self) -> &'static str {
        "tend_keys"
    }

    fn every(&self) -> Duration {
        Duration::from_hours(1)
    }

    fn run<'a>(&'a self, usher: &'a Usher, _: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>> {
        usher.signing_keys.tend_keys().boxed()
    }
}
