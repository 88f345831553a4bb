//! Delivery over SMTP (RFC 5321).

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error as SmtpFault;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::email_message::EmailMessage;
use super::mailer::{ConnectionFailure, MailError, Mailer};
use usher_domain::email::sender::Sender;
use usher_domain::random::Random;

/// Timeouts of a delivery.
#[derive(Debug, Clone, Copy)]
struct SmtpTimeouts {
    /// For connecting.
    connect: Duration,
    /// For the whole delivery, even if the server sends slowly.
    whole: Duration,
}

const PATIENCE: SmtpTimeouts = SmtpTimeouts { connect: Duration::from_secs(10), whole: Duration::from_secs(30) };

/// An invalid mail setting. The error contains neither value: the URL has a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmtpSetupError {
    /// The URL.
    #[error("the SMTP URL is none: write smtps://user:password@host or smtp://user:password@host:587?tls=required")]
    Url,
    /// The sender.
    #[error("the address of the sender is not one that can be sent")]
    From,
}

/// Delivers emails through one server, over a pool of connections.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    random: Arc<dyn Random>,
    patience: SmtpTimeouts,
}

impl SmtpMailer {
    /// A mailer for the server at `url` (`smtps://…`, or `smtp://…?tls=required`) with emails from `from`. It does not
    /// connect yet. Call it inside the runtime.
    pub fn new(url: &str, from: &Sender, random: Arc<dyn Random>) -> Result<Self, SmtpSetupError> {
        Self::with_patience(url, from, random, PATIENCE)
    }

    fn with_patience(
        url: &str,
        from: &Sender,
        random: Arc<dyn Random>,
        patience: SmtpTimeouts,
    ) -> Result<Self, SmtpSetupError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| SmtpSetupError::Url)?;
        let address = from.address.as_str().parse().map_err(|_| SmtpSetupError::From)?;
        let from = Mailbox::new(from.name.clone(), address);
        Ok(Self { transport: transport.timeout(Some(patience.connect)).build(), from, random, patience })
    }

    /// Checks that the server answers and accepts the credentials; sends nothing.
    pub async fn probe(&self) -> Result<(), MailError> {
        match tokio::time::timeout(self.patience.whole, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(MailError::Unreachable(ConnectionFailure::Connection)),
            Ok(Err(fault)) => Err(explain(&fault)),
            Err(_) => Err(MailError::Unreachable(ConnectionFailure::Timeout)),
        }
    }

    /// The email as a MIME message, marked as sent automatically, so that no machine answers (RFC 3834 §5).
    fn compose(&self, email: &EmailMessage) -> Result<Message, MailError> {
        let address = email.to().parse().map_err(|_| MailError::Malformed)?;
        let id = self.random.handle();
        let from_name = email.sender_name().map(str::to_owned).or_else(|| self.from.name.clone());
        Message::builder()
            .from(Mailbox::new(from_name, self.from.email.clone()))
            .to(Mailbox::new(email.to_name().map(str::to_owned), address))
            .subject(email.subject())
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .raw_header(plain_header("Auto-Submitted", "auto-generated".to_owned())?)
            .raw_header(plain_header("Content-Language", email.lang_tag().to_owned())?)
            .multipart(MultiPart::alternative_plain_html(email.text().to_owned(), email.html().to_owned()))
            .map_err(|_| MailError::Malformed)
    }

    async fn deliver(&self, email: &EmailMessage) -> Result<(), MailError> {
        let message = self.compose(email)?;
        match tokio::time::timeout(self.patience.whole, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(fault)) => Err(explain(&fault)),
            Err(_) => Err(MailError::Unreachable(ConnectionFailure::Timeout)),
        }
    }
}

impl Mailer for SmtpMailer {
    fn send<'a>(&'a self, email: &'a EmailMessage) -> BoxFuture<'a, Result<(), MailError>> {
        self.deliver(email).boxed()
    }
}

fn plain_header(name: &'static str, value: String) -> Result<HeaderValue, MailError> {
    let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|_| MailError::Malformed)?;
    Ok(HeaderValue::new(name, value))
}

/// Keeps the reply code and drops the text, which often contains the address.
fn explain(fault: &SmtpFault) -> MailError {
    match fault.status().map(u16::from) {
        Some(code) if fault.is_permanent() => MailError::Rejected { code },
        Some(code) => MailError::Later { code },
        None if fault.is_timeout() => MailError::Unreachable(ConnectionFailure::Timeout),
        None if fault.is_tls() => MailError::Unreachable(ConnectionFailure::Tls),
        None => MailError::Unreachable(ConnectionFailure::Connection),
    }
}

#[cfg(test)]
mod tests;
