//! Why a call failed. Errors contain no address: it may be secret, and must not reveal internal hosts.

/// A call without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The address may not be called: not https, not public, and not allowed by the operator.
    #[error("this address may not be called")]
    Rejected,
    /// The connection failed or broke.
    #[error("the server cannot be reached")]
    Unreachable,
    /// Timeout.
    #[error("the server took too long")]
    TooSlow,
    /// The answer is too large.
    #[error("the server's answer is too large")]
    TooLarge,
    /// The additional certificates cannot be read.
    #[error("the certificates of outbound.extra_roots cannot be read")]
    Setup,
}

/// The resolver's error when no address of a name may be called.
#[derive(Debug, thiserror::Error)]
#[error("this name leads to no address that may be called")]
pub(super) struct OutOfBounds;

impl OutboundError {
    pub(super) fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::TooSlow;
        }
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(this) = cause {
            if this.is::<OutOfBounds>() {
                return Self::Rejected;
            }
            cause = this.source();
        }
        Self::Unreachable
    }
}
