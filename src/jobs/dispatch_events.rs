//! Dispatches events to their readers: at once after a commit of this process, and twice a second those of others, such
//! as the command line or an instance that has died. Without any it costs one look-up in an index.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio_util::sync::CancellationToken;

use super::Job;
use usher_accounts::FlowError;
use usher_domain::event::EventCatalogue;
use usher_events::{DispatchRules, EventDispatcher};
use usher_flows::Usher;

/// The job. It needs no lease: pending events are taken under a lock of their own.
pub struct DispatchEvents;

impl Job for DispatchEvents {
    fn name(&self) -> &'static str {
        "tell_facts"
    }

    fn every(&self) -> Duration {
        Duration::from_millis(500)
    }

    fn is_leased(&self) -> bool {
        false
    }

    fn woken<'a>(&'a self, usher: &'a Usher) -> BoxFuture<'a, ()> {
        usher.core.store.pending_events().boxed()
    }

    fn run<'a>(&'a self, usher: &'a Usher, _: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>> {
        async move {
            let rules = DispatchRules {
                access_ttl: usher.core.config.tokens.longest_access_lifetime(),
                events: EventCatalogue::STANDARD,
            };
            EventDispatcher::new(usher.core.store.clone(), &usher.core.sealer, rules).dispatch_pending().await?;
            Ok(())
        }
        .boxed()
    }
}
