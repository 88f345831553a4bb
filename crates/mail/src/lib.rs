//! Emails: their texts, and delivery by SMTP.
//!
//! `messages` and `notices` write an email in the reader's language; a [`Mailer`] delivers it. The crate `flows`
//! decides who gets which email, and when delivery is retried.

pub mod caught;
pub mod letter;
mod mailer;
pub mod messages;
pub mod notices;
pub mod smtp;

pub use letter::{Letter, LetterKind};
pub use mailer::{MailError, Mailer};
