//! Emails: their texts, and delivery by SMTP.
//!
//! `messages` and `notices` write an email in the reader's language; a [`Mailer`] delivers it. The crate `flows`
//! decides who gets which email, and when delivery is retried.

pub mod caught;
pub mod email_message;
mod mailer;
pub mod messages;
pub mod security_emails;
pub mod smtp;

pub use email_message::{EmailKind, EmailMessage};
pub use mailer::{MailError, Mailer};
