//! Sends logout tokens to clients: at once when they are queued, and every second for retries.
//!
//! It needs no lease: each delivery is taken by one instance only.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio_util::sync::CancellationToken;

use super::Job;
use usher_accounts::FlowError;
use usher_events::backchannel::{LogoutSender, LogoutSenderContext};
use usher_flows::Usher;

/// The job.
pub struct SendLogouts;

impl Job for SendLogouts {
    fn name(&self) -> &'static str {
        "send_logouts"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn is_leased(&self) -> bool {
        false
    }

    fn woken<'a>(&'a self, usher: &'a Usher) -> BoxFuture<'a, ()> {
        usher.core.store.logouts_woken().boxed()
    }

    fn run<'a>(&'a self, usher: &'a Usher, stop: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>> {
        async move {
            let keyring = || usher.signing_keys.keyring();
            let around = LogoutSenderContext {
                store: &usher.core.store,
                outbound: usher.providers.outbound(),
                keyring: &keyring,
                issuer: usher.core.issuer(),
                clock: &*usher.core.clock,
                random: &*usher.core.random,
            };
            Ok(LogoutSender::new(around).run(stop).await?)
        }
        .boxed()
    }
}
