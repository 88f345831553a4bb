//! The seam to the world of mail.

use futures_util::future::BoxFuture;

use super::letter::Letter;

/// Carries letters.
pub trait Mailer: Send + Sync + 'static {
    /// Hands the letter over; done means that somebody else has taken it into care, not that it was read.
    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<(), MailError>>;
}

/// A letter was not taken. It names no address: what mail servers answer often does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It will not be taken later either (SMTP 5yz, RFC 5321 §4.2.1).
    #[error("the mail server refused the letter for good ({code})")]
    Refused {
        /// The reply code.
        code: u16,
    },
    /// It may be taken later (SMTP 4yz).
    #[error("the mail server refused the letter for now ({code})")]
    Later {
        /// The reply code.
        code: u16,
    },
    /// No conversation came about, or it took too long: try later.
    #[error("the mail server cannot be reached: {0}")]
    Unreachable(Trouble),
    /// The letter cannot be put into the form of a mail: trying again is of no use.
    #[error("the letter cannot be written as a mail")]
    Malformed,
}

/// What kept a conversation from coming about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It took too long.
    #[error("it took too long")]
    Timeout,
    /// TLS failed: most often a certificate that is not trusted, or a server that does not offer STARTTLS.
    #[error("no trusted TLS connection")]
    Tls,
    /// The connection failed or broke.
    #[error("the connection failed")]
    Connection,
}

impl MailError {
    /// Whether trying again is of no use.
    pub const fn is_permanent(self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Malformed)
    }
}
