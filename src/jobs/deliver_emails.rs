//! Sends due emails: at once when one is queued, and every few seconds for retries.
//!
//! It needs no lease: each email is taken from the queue by one instance only.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio_util::sync::CancellationToken;

use super::Job;
use usher_accounts::FlowError;
use usher_flows::Usher;
use usher_mail::Mailer;

/// The job, and the mailer.
pub struct DeliverEmails {
    mailer: Arc<dyn Mailer>,
}

impl DeliverEmails {
    /// Sends emails through `mailer`.
    pub fn new(mailer: Arc<dyn Mailer>) -> Self {
        Self { mailer }
    }
}

impl Job for DeliverEmails {
    fn name(&self) -> &'static str {
        "deliver_letters"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(5)
    }

    fn is_leased(&self) -> bool {
        false
    }

    fn woken<'a>(&'a self, usher: &'a Usher) -> BoxFuture<'a, ()> {
        usher.core.mail_wakeup.notified().boxed()
    }

    fn run<'a>(&'a self, usher: &'a Usher, stop: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>> {
        async move {
            while !stop.is_cancelled() && usher.email_queue.send_due_emails(&*self.mailer).await? > 0 {}
            Ok(())
        }
        .boxed()
    }
}
