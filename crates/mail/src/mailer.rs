//! The interface for delivering emails.

use futures_util::future::BoxFuture;

use super::email_message::EmailMessage;

/// Delivers emails.
pub trait Mailer: Send + Sync + 'static {
    /// Hands the email to a mail server; success means that the server accepted it.
    fn send<'a>(&'a self, email: &'a EmailMessage) -> BoxFuture<'a, Result<(), MailError>>;
}

/// Delivery failed. The error has no address, which replies of mail servers often contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Rejected permanently (SMTP 5yz, RFC 5321 §4.2.1).
    #[error("the mail server refused the email for good ({code})")]
    Rejected {
        /// The reply code.
        code: u16,
    },
    /// Rejected temporarily (SMTP 4yz).
    #[error("the mail server refused the email for now ({code})")]
    Later {
        /// The reply code.
        code: u16,
    },
    /// The connection failed or timed out: retry later.
    #[error("the mail server cannot be reached: {0}")]
    Unreachable(ConnectionFailure),
    /// The email cannot be encoded: retrying is useless.
    #[error("the email cannot be encoded")]
    Malformed,
}

/// Why a connection failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionFailure {
    /// Timeout.
    #[error("it took too long")]
    Timeout,
    /// TLS failed: usually an untrusted certificate, or a server without STARTTLS.
    #[error("no trusted TLS connection")]
    Tls,
    /// The connection failed or broke.
    #[error("the connection failed")]
    Connection,
}

impl MailError {
    /// Whether retrying is useless.
    pub const fn is_permanent(self) -> bool {
        matches!(self, Self::Rejected { .. } | Self::Malformed)
    }
}
