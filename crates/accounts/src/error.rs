//! Errors of use cases: a rejection, an OAuth error, or an internal error.

use crate::credentials::password_pool::PasswordQueueFull;
use crate::credentials::password_rules::PasswordFault;
pub use crate::rejected::{CodeKind, Rejected};
use usher_domain::email::EmailFault;
use usher_domain::text::TextFault;
use usher_domain::user::ProfileFault;
use usher_keys::keyring::SignError;
use usher_protocol::cause::RejectionCause;
use usher_protocol::error::OAuthError;
use usher_storage::StorageError;

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// Shown to the user or owner who made the request.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// Sent to the client that made the request.
    #[error(transparent)]
    OAuth(#[from] OAuthError),
    /// Logged; the caller gets no detail.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl Internal {
    /// Did another request conflict with this one?
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Conflict))
    }
}

/// An internal error.
#[derive(Debug, thiserror::Error)]
pub enum Internal {
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A token could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// An email could not be rendered.
    #[error(transparent)]
    EmailMessage(#[from] usher_mail::WriteError),
    /// A key could not be made.
    #[error(transparent)]
    Generate(#[from] usher_keys::generate::GenerateError),
    /// A value could not be sealed to a project's key or opened.
    #[error(transparent)]
    History(#[from] usher_keys::project_key::DecryptError),
    /// A stored or sealed value could not be serialized or parsed.
    #[error("a value of ours does not read: {0}")]
    Value(#[from] serde_json::Error),
}

impl Internal {
    /// Was a row deleted meanwhile?
    pub const fn is_gone(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Gone))
    }

    /// Does the caller's text contain a character that the database cannot store?
    pub const fn is_unstorable(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Unstorable))
    }

    /// Is it transient?
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Unavailable(_)))
    }
}

/// Rejects a write that conflicts with a stored row; every other storage error stays internal.
pub fn on_conflict(rejected: Rejected) -> impl FnOnce(StorageError) -> FlowError {
    move |error| match error {
        StorageError::Conflict => rejected.into(),
        other => other.into(),
    }
}

macro_rules! breaks {
    ($($error:ty),*) => {$(
        impl From<$error> for FlowError {
            fn from(error: $error) -> Self {
                Self::Internal(error.into())
            }
        }
    )*};
}

breaks!(
    StorageError,
    SignError,
    usher_mail::WriteError,
    usher_keys::generate::GenerateError,
    usher_keys::project_key::DecryptError,
    serde_json::Error
);

impl From<RejectionCause> for FlowError {
    fn from(cause: RejectionCause) -> Self {
        Self::OAuth(cause.into())
    }
}

impl From<PasswordQueueFull> for FlowError {
    fn from(_: PasswordQueueFull) -> Self {
        Self::Rejected(Rejected::Busy { seconds: 2 })
    }
}

impl From<PasswordFault> for FlowError {
    fn from(fault: PasswordFault) -> Self {
        Self::Rejected(fault.into())
    }
}

impl From<TextFault> for FlowError {
    fn from(fault: TextFault) -> Self {
        Self::Rejected(fault.into())
    }
}

impl From<EmailFault> for FlowError {
    fn from(fault: EmailFault) -> Self {
        Self::Rejected(fault.into())
    }
}

impl From<ProfileFault> for FlowError {
    fn from(fault: ProfileFault) -> Self {
        Self::Rejected(fault.into())
    }
}
