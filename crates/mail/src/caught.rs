//! The mailer of development mode: it keeps the last emails in memory, and a page shows them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{BoxFuture, FutureExt as _, ready};

use super::email_message::EmailMessage;
use super::mailer::{MailError, Mailer};
use usher_domain::time::{Clock, Timestamp};

/// Number of emails that are kept.
pub const KEPT: usize = 200;

/// A caught email.
#[derive(Debug, Clone)]
pub struct CaughtEmail {
    /// Its number, starting at one for each process.
    pub number: u64,
    /// When it was sent.
    pub at: Timestamp,
    /// The email.
    pub email: EmailMessage,
}

/// Keeps every email instead of sending it.
pub struct CaughtMail {
    clock: Arc<dyn Clock>,
    kept: Mutex<CaughtEmails>,
}

#[derive(Default)]
struct CaughtEmails {
    emails: VecDeque<Arc<CaughtEmail>>,
    ever: u64,
}

impl CaughtMail {
    /// An empty mailbox.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    /// The emails, newest first.
    pub fn list(&self) -> Vec<Arc<CaughtEmail>> {
        self.kept().emails.iter().rev().cloned().collect()
    }

    /// The email with this number, if it is still kept.
    pub fn get(&self, number: u64) -> Option<Arc<CaughtEmail>> {
        self.kept().emails.iter().find(|caught| caught.number == number).cloned()
    }

    fn kept(&self) -> MutexGuard<'_, CaughtEmails> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn catch(&self, email: EmailMessage) {
        let at = self.clock.now();
        let mut kept = self.kept();
        kept.ever += 1;
        let number = kept.ever;
        kept.emails.push_back(Arc::new(CaughtEmail { number, at, email }));
        if kept.emails.len() > KEPT {
            kept.emails.pop_front();
        }
    }
}

impl Mailer for CaughtMail {
    fn send<'a>(&'a self, email: &'a EmailMessage) -> BoxFuture<'a, Result<(), MailError>> {
        self.catch(email.clone());
        ready(Ok(())).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::super::email_message::EmailMessageContent;
    use super::*;
    use usher_domain::time::ManualClock;

    #[tokio::test]
    async fn the_last_emails_are_kept_and_the_newest_comes_first() {
        let mailer = CaughtMail::new(Arc::new(ManualClock::at(Timestamp(7))));
        assert!(mailer.list().is_empty());
        for number in 1..=KEPT + 5 {
            let content = EmailMessageContent { subject: number.to_string(), ..EmailMessageContent::default() };
            let email = EmailMessage::new("recovery", "ana@example.com", None, "en", content).unwrap();
            mailer.send(&email).await.unwrap();
        }
        let list = mailer.list();
        assert_eq!(list.len(), KEPT);
        assert_eq!((list[0].number, list[0].email.subject(), list[0].at), (205, "205", Timestamp(7)));
        assert_eq!(mailer.get(6).unwrap().email.subject(), "6");
        assert!(mailer.get(5).is_none() && mailer.get(206).is_none() && mailer.get(0).is_none());
    }
}
