//! Calls clients whose CIBA requests were answered: every second, first calls and retries.
//!
//! It needs no lease: each call is taken by one instance only.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio_util::sync::CancellationToken;

use super::Job;
use usher_accounts::FlowError;
use usher_events::ciba_pings::{CibaPingContext, CibaPings};
use usher_flows::Usher;

/// The job.
pub struct SendCibaPings;

impl Job for SendCibaPings {
    fn name(&self) -> &'static str {
        "send_ciba_pings"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn is_leased(&self) -> bool {
        false
    }

    fn run<'a>(&'a self, usher: &'a Usher, stop: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>> {
        async move {
            let around = CibaPingContext {
                store: &usher.core.store,
                outbound: usher.providers.outbound(),
                sealer: &usher.core.sealer,
                clock: &*usher.core.clock,
                random: &*usher.core.random,
            };
            Ok(CibaPings::new(around).run(stop).await?)
        }
        .boxed()
    }
}
