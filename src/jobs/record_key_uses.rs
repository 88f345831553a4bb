//! Writes which clients presented tokens of keys that no longer sign. Every instance writes its own.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio_util::sync::CancellationToken;

use super::Job;
use usher_accounts::FlowError;
use usher_flows::Usher;

/// The job.
pub struct RecordKeyUses;

impl Job for RecordKeyUses {
    fn name(&self) -> &'static str {
        "record_key_uses"
    }

    fn every(&self) -> Duration {
        Duration::from_mins(1)
    }

    fn is_leased(&self) -> bool {
        false
    }

    fn run<'a>(&'a self, usher: &'a Usher, _: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>> {
        usher.signing_keys.write_old_key_uses().boxed()
    }
}
