//! Emails: their texts, and delivery by SMTP.
//!
//! [`emails`] has one function for each; an [`EmailDraft`] is written in the reader's language; a [`Mailer`] delivers
//! it. The crate `flows` decides who gets which email, and when delivery is retried.

pub mod caught;
mod email_brand;
mod email_draft;
pub mod email_message;
pub mod emails;
mod mailer;
pub mod smtp;

pub use email_brand::EmailBrand;
pub use email_draft::{AddressKind, EmailDraft, FactorName, Recipient, WriteError};
pub use email_message::EmailMessage;
pub use mailer::{MailError, Mailer};
