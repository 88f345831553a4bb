//! Signing in with upstream providers: start, callback, and the questions in between.

pub mod callback;
pub mod confirm;
pub mod decide_and_apply;
pub mod identities;
pub mod identity_assertions;
mod inherit_roles;
pub mod merge;
pub mod provider_events;
pub mod providers;
pub mod start;
pub mod suggest;

use serde::{Deserialize, Serialize};

use super::error::{FlowError, Rejected};
use crate::login::finish_sign_in::SignedIn;
use crate::sealed_value::SealedValue;
use usher_domain::id::{ProofId, SessionId, UserId};
use usher_domain::project::sign_in::SignUpRefusal;
use usher_keys::seal::Purpose;
use usher_upstream::PendingAuthorization;

pub use confirm::{PendingQuestion, Question};
pub use provider_events::ProviderEventOutcome;
pub use providers::{NewProvider, SignInProvider};
pub use usher_storage::providers::StoredProvider;

pub use usher_upstream::{Callback, CheckedStep, ProviderEventEndpoint, ProviderEventRequest, UpstreamError};

/// What a sign-in at a provider was started for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpstreamIntent {
    /// To sign in, as part of a client's request or to continue to a page.
    SignIn {
        /// The client's sealed sign-in.
        interaction: Option<String>,
        /// The page.
        next: String,
    },
    /// To link an identity to the signed-in account.
    Link {
        /// The user.
        user: UserId,
        /// The session.
        session: SessionId,
    },
}

impl UpstreamIntent {
    /// The client's sealed sign-in, if it is part of one.
    pub fn interaction(&self) -> Option<&str> {
        match self {
            Self::SignIn { interaction, .. } => interaction.as_deref(),
            Self::Link { .. } => None,
        }
    }
}

/// The state of a sign-in at a provider: sealed, bound to the browser, and usable once.
#[derive(Serialize, Deserialize)]
struct UpstreamState {
    kept: PendingAuthorization,
    /// Sealed under its former name.
    #[serde(rename = "errand")]
    intent: UpstreamIntent,
    browser: String,
}

impl SealedValue for UpstreamState {
    const PURPOSE: Purpose = Purpose::UpstreamState;

    fn browser(&self) -> Option<&str> {
        Some(&self.browser)
    }
}

/// The result of a callback.
#[derive(Debug)]
pub enum CallbackOutcome {
    /// The user is signed in, or a second factor is required.
    SignedIn {
        /// The result of the sign-in.
        signed_in: SignedIn,
        /// What it was started for.
        intent: UpstreamIntent,
    },
    /// The identity is linked to the account.
    Linked,
    /// A question must be answered first.
    Ask(ProofId),
    /// The user must authenticate again, and then start over.
    Reauthenticate,
}

/// Why a sign-in with a provider failed.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamFault {
    /// The provider does not exist or is disabled.
    #[error("there is no such provider")]
    UnknownProvider,
    /// The provider failed or rejected it.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// It was rejected here.
    #[error("{0}")]
    Rejected(Refusal),
    /// Another error.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

impl From<usher_storage::StorageError> for UpstreamFault {
    fn from(error: usher_storage::StorageError) -> Self {
        Self::Flow(error.into())
    }
}

impl From<Rejected> for UpstreamFault {
    fn from(refused: Rejected) -> Self {
        Self::Flow(refused.into())
    }
}

/// Why an asserted identity is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It belongs to another user.
    #[error("this identity belongs to another account")]
    Taken,
    /// The user is disabled.
    #[error("the account may not sign in")]
    Disabled,
    /// The sign-in was started in another browser, has expired, or its session has ended.
    #[error("this sign-in is too old or was begun elsewhere")]
    Over,
    /// It was unlinked too recently to create an account.
    #[error("this identity was unlinked less than a day ago")]
    Lately,
    /// The provider may not create accounts.
    #[error("no new accounts are made this way")]
    Closed,
    /// The project of the client takes no new accounts.
    #[error("no new accounts are made on the way to this application")]
    SignUpClosed,
    /// The project of the client does not offer the provider.
    #[error("no new accounts are made by this provider on the way to this application")]
    NotOffered,
    /// The project of the client takes new accounts with an address of its domains only.
    #[error("new accounts for this application need a verified email address of its domains")]
    Domain,
}

impl From<SignUpRefusal> for Refusal {
    fn from(refused: SignUpRefusal) -> Self {
        match refused {
            SignUpRefusal::Closed | SignUpRefusal::Password => Self::SignUpClosed,
            SignUpRefusal::Provider => Self::NotOffered,
            SignUpRefusal::Domain => Self::Domain,
        }
    }
}
