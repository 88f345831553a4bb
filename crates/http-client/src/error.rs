//! Why a call out came to nothing. No address is told: it may be a secret, and it is nobody's business what stands behind one.

/// A call that did not come to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The address is not one that Usher calls: not https, not public, and not allowed by the operator.
    #[error("this address may not be called")]
    Refused,
    /// No connection came about, or it broke.
    #[error("the server cannot be reached")]
    Unreachable,
    /// It took too long.
    #[error("the server took too long")]
    TooSlow,
    /// The answer is too large.
    #[error("the server's answer is too large")]
    TooLarge,
    /// The door cannot be opened: the extra certificates cannot be read.
    #[error("the certificates of outbound.extra_roots cannot be read")]
    Setup,
}

/// What the resolver says when every address of a name is out of bounds.
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
                return Self::Refused;
            }
            cause = this.source();
        }
        Self::Unreachable
    }
}
