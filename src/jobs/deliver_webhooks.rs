//! Sends due webhook deliveries: at once when they are created, and every second for retries or for those that another
//! instance left behind.
//!
//! It needs no lease: each webhook is held by one instance at a time.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio_util::sync::CancellationToken;

use super::Job;
use usher_accounts::FlowError;
use usher_events::webhooks::{WebhookSender, WebhookSenderContext};
use usher_flows::Usher;

/// The job.
pub struct DeliverWebhooks;

impl Job for DeliverWebhooks {
    fn name(&self) -> &'static str {
        "deliver_webhooks"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn is_leased(&self) -> bool {
        false
    }

    fn woken<'a>(&'a self, usher: &'a Usher) -> BoxFuture<'a, ()> {
        usher.core.store.webhooks_woken().boxed()
    }

    fn run<'a>(&'a self, usher: &'a Usher, stop: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>> {
        async move {
            let around = WebhookSenderContext {
                store: &usher.core.store,
                outbound: usher.providers.outbound(),
                sealer: &usher.core.sealer,
                clock: &*usher.core.clock,
                random: &*usher.core.random,
            };
            Ok(WebhookSender::new(around).run(stop).await?)
        }
        .boxed()
    }
}
