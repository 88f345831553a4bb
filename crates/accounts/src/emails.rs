//! Emails are queued in the transaction of their cause; a job sends them.

use super::error::FlowError;
use crate::admin::branding::{Brandings, EmailContext};
use crate::core::Core;
use crate::sealed_value::SealedValue;
use std::sync::Arc;
use usher_domain::event::queued_email::{QueuedEmail, retry_after};
use usher_domain::id::EmailId;
use usher_domain::time::Timestamp;
use usher_domain::user::User;
use usher_i18n::Lang;
use usher_keys::seal::Purpose;
use usher_mail::{EmailBrand, EmailMessage, Mailer, Recipient};

/// Emails taken from the queue at a time.
const BATCH: u32 = 20;

/// The language of a user's emails.
pub fn lang_of(user: &User) -> Lang {
    user.locale.as_deref().and_then(Lang::from_tag).unwrap_or_default()
}

/// The recipient of a user's emails; `None` without an address.
pub fn recipient<'a>(user: &'a User, name: Option<&'a str>) -> Option<Recipient<'a>> {
    user.email.as_ref().map(|email| Recipient { email: email.as_str(), name, lang: lang_of(user) })
}

/// The recipient of an email that is written for nobody and not sent (RFC 2606 §2).
pub fn nobody<'a>() -> Recipient<'a> {
    Recipient { email: "nobody@example.invalid", name: None, lang: Lang::default() }
}

/// Queued emails.
pub struct EmailQueue {
    pub core: Arc<Core>,
    pub brandings: Arc<Brandings>,
}

impl SealedValue for EmailMessage {
    const PURPOSE: Purpose = Purpose::EmailMessage;
}

impl EmailQueue {
    /// Whom an email names, and how it looks.
    pub async fn brand(&self, about: EmailContext<'_>) -> Result<EmailBrand, FlowError> {
        let (brand, application) = self.brandings.brand_of_email(about).await?;
        let issuer = &self.core.config.server.issuer;
        Ok(EmailBrand::new(&brand, application, |path| issuer.at(path)))
    }

    /// Seals an email for the queue.
    pub fn seal_email(&self, message: &EmailMessage, expires_at: Timestamp) -> Result<QueuedEmail, FlowError> {
        let sealed = self.core.seal_value(message)?;
        Ok(QueuedEmail { id: EmailId::new(self.core.now(), &*self.core.random), sealed, attempts: 0, expires_at })
    }

    /// Sends due emails and returns how many were taken from the queue.
    ///
    /// An email that cannot be sent now is retried; one that can never be sent or has expired is dropped and logged.
    pub async fn send_due_emails(&self, mailer: &dyn Mailer) -> Result<usize, FlowError> {
        let now = self.core.now();
        // If this instance dies, the emails become due again by themselves.
        let again_at = now + retry_after(3);
        let mut tx = self.core.store.begin().await?;
        let due = tx.take_due_emails(now, again_at, BATCH).await?;
        tx.commit().await?;
        for queued in &due {
            self.send(mailer, queued).await?;
        }
        Ok(due.len())
    }

    async fn send(&self, mailer: &dyn Mailer, queued: &QueuedEmail) -> Result<(), FlowError> {
        let (id, now) = (queued.id, self.core.now());
        let message: Option<EmailMessage> = self.core.open_value(&queued.sealed);
        let sent = match &message {
            Some(message) if now < queued.expires_at => {
                mailer.send(message).await.map_err(|error| (error.is_permanent(), error.to_string()))
            }
            Some(_) => Err((true, "the email is too old".to_owned())),
            None => Err((true, "the email cannot be opened".to_owned())),
        };
        match sent {
            Err((false, why)) => {
                tracing::warn!(email.id = %id, email.attempts = queued.attempts, "mail: not sent yet: {why}");
                let at = now + retry_after(queued.attempts);
                let mut tx = self.core.store.begin_single().await?;
                tx.retry_email(id, at).await?;
                tx.commit().await?;
            }
            ended => {
                if let Err((_, why)) = ended {
                    tracing::warn!(email.id = %id, "mail: dropped: {why}");
                }
                let mut tx = self.core.store.begin_single().await?;
                tx.delete_email(id).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }
}
