//! Sends the letters that are due: at once when one is written, and every few seconds for those that come back.
//!
//! It needs no lease: taking letters from the queue gives each to one instance alone.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::sync::watch;

use super::Job;
use usher_flows::{FlowError, Usher};
use usher_mail::Mailer;

/// The job, and the way letters leave.
pub struct DeliverLetters {
    mailer: Arc<dyn Mailer>,
}

impl DeliverLetters {
    /// Letters leave through `mailer`.
    pub fn new(mailer: Arc<dyn Mailer>) -> Self {
        Self { mailer }
    }
}

impl Job for DeliverLetters {
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
        usher.mail_wakeup.notified().boxed()
    }

    fn run<'a>(&'a self, usher: &'a Usher, stop: &'a watch::Receiver<bool>) -> BoxFuture<'a, Result<(), FlowError>> {
        async move {
            while !*stop.borrow() && usher.send_due_emails(&*self.mailer).await? > 0 {}
            Ok(())
        }
        .boxed()
    }
}
