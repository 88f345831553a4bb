//! Writes what the flight recorder has collected. Every instance writes its own.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio_util::sync::CancellationToken;

use super::Job;
use usher_accounts::FlowError;
use usher_flows::Usher;

/// The job.
pub struct RecordAttempts;

impl Job for RecordAttempts {
    fn name(&self) -> &'static str {
        "record_attempts"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn is_leased(&self) -> bool {
        false
    }

    fn woken<'a>(&'a self, usher: &'a Usher) -> BoxFuture<'a, ()> {
        usher.attempts.many().boxed()
    }

    fn run<'a>(&'a self, usher: &'a Usher, _: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>> {
        usher.attempts.write_attempts().boxed()
    }
}
