//! Reloads the signing keys when they were changed: at once after a wakeup, and every few seconds in case a wakeup was
//! lost, or the command line changed them next to SQLite, which has no wakeups between processes.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::sync::Mutex as Held;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::Job;
use usher_accounts::FlowError;
use usher_domain::key::SigningKeyRecord;
use usher_flows::Usher;
use usher_storage::Wakeup;

/// The job, the keys as last read, and the wakeups.
#[derive(Default)]
pub struct LearnKeys {
    seen: Mutex<Vec<SigningKeyRecord>>,
    rings: Held<Option<Receiver<Wakeup>>>,
}

impl LearnKeys {
    fn seen(&self) -> std::sync::MutexGuard<'_, Vec<SigningKeyRecord>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resolves once the keys may have changed.
    async fn rung(&self, usher: &Usher) {
        let mut rings = self.rings.lock().await;
        let rings = rings.get_or_insert_with(|| usher.core.store.subscribe());
        loop {
            match rings.recv().await {
                Ok(Wakeup::Keys) | Err(RecvError::Lagged(_)) => return,
                Ok(Wakeup::Feed(_) | Wakeup::Credentials(_)) => {}
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

impl Job for LearnKeys {
    fn name(&self) -> &'static str {
        "learn_keys"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(5)
    }

    fn is_leased(&self) -> bool {
        false
    }

    fn woken<'a>(&'a self, usher: &'a Usher) -> BoxFuture<'a, ()> {
        self.rung(usher).boxed()
    }

    fn run<'a>(&'a self, usher: &'a Usher, _: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>> {
        async move {
            // Subscribes before the keys are read, so that no later wakeup is missed.
            self.rings.lock().await.get_or_insert_with(|| usher.core.store.subscribe());
            // Parsing keys costs a thousand times what comparing their records does.
            let keys = usher.signing_keys.list_keys().await?;
            if *self.seen() != keys {
                usher.signing_keys.reload_keys().await?;
                *self.seen() = keys;
            }
            Ok(())
        }
        .boxed()
    }
}
