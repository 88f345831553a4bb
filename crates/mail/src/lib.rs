//! Letters and the way they leave the house.
//!
//! `messages` writes a letter in the reader's language, a [`Mailer`] carries it. Who gets which letter, and when it is
//! tried again, is for others to decide.

pub mod caught;
pub mod letter;
mod mailer;
pub mod messages;
pub mod notices;
pub mod smtp;

pub use letter::{Letter, LetterKind};
pub use mailer::{MailError, Mailer};
