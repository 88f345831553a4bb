//! Takes up the signing keys when somebody else has changed them: another instance, or the command line.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::sync::watch;

use super::Job;
use crate::domain::key::SigningKeyRecord;
use crate::flows::{FlowError, Usher};

/// The job, and the keys as they were seen last.
#[derive(Default)]
pub struct LearnKeys {
    seen: Mutex<Vec<SigningKeyRecord>>,
}

impl LearnKeys {
    /// Whether the keys are others than last time.
    fn is_news(&self, keys: Vec<SigningKeyRecord>) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let news = *seen != keys;
        *seen = keys;
        news
    }
}

impl Job for LearnKeys {
    fn name(&self) -> &'static str {
        "learn_keys"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(30)
    }

    fn is_leased(&self) -> bool {
        false
    }

    fn run<'a>(&'a self, usher: &'a Usher, _: &'a watch::Receiver<bool>) -> BoxFuture<'a, Result<(), FlowError>> {
        async move {
            // Parsing keys costs a thousand times what comparing their records does.
            if self.is_news(usher.list_keys().await?) {
                usher.reload_keys().await?;
            }
            Ok(())
        }
        .boxed()
    }
}
