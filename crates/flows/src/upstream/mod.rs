//! Signing in through other providers: away, back, and what is to be asked in between.

mod callback;
mod confirm;
mod decide_and_apply;
mod identities;
mod merge;
mod provider_events;
mod providers;
mod start;
mod suggest;

use serde::{Deserialize, Serialize};

use super::error::{FlowError, Rejected};
use super::usher::Usher;
use crate::login::accounts::Browser;
use crate::login::finish_sign_in::SignedIn;
use crate::oauth::authorize::mark_hash;
use usher_domain::id::{ProofId, SessionId, UserId};
use usher_domain::provider::ProviderId;
use usher_upstream::Kept;

pub use confirm::{PendingQuestion, Question};
pub use provider_events::ProviderEventOutcome;
pub use providers::{NewProvider, ProviderView};
pub use usher_storage::providers::StoredProvider;

pub use usher_upstream::{Callback, Checked, ProviderEventEndpoint, ProviderEventRequest, UpstreamError};

/// Why somebody goes to a provider.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpstreamIntent {
    /// To sign in, as part of a client's request or on the way to a page of ours.
    SignIn {
        /// The sealed sign-in of a client.
        interaction: Option<String>,
        /// The page of ours.
        next: String,
    },
    /// To link an identity to the account that they are signed in to.
    Link {
        /// Whose account.
        user: UserId,
        /// The session that asked.
        session: SessionId,
    },
}

/// What is kept while somebody is away: sealed, bound to their browser, good for one return.
#[derive(Serialize, Deserialize)]
struct UpstreamState {
    kept: Kept,
    errand: UpstreamIntent,
    browser: String,
}

/// What came of coming back.
#[derive(Debug)]
pub enum Arrived {
    /// Somebody is in, or nearly.
    SignedIn {
        /// How far.
        signed_in: SignedIn,
        /// Where they were going.
        errand: UpstreamIntent,
    },
    /// The identity is linked to the account that asked for it.
    Linked,
    /// Something is to be asked first.
    Ask(ProofId),
    /// The person is to show themselves again, then to begin anew.
    Reauthenticate,
}

/// Why somebody came back and is not in.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamFault {
    /// There is no such provider, or it is out of use.
    #[error("there is no such provider")]
    UnknownProvider,
    /// Nothing came of it there.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// It was refused here.
    #[error("{0}")]
    Rejected(Refusal),
    /// Anything else.
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

/// Why a vouched identity lets nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is somebody else's.
    #[error("this identity belongs to another account")]
    Taken,
    /// The account may not sign in.
    #[error("the account may not sign in")]
    Disabled,
    /// The journey was begun in another browser, too long ago, or by a session that is over.
    #[error("this sign-in is too old or was begun elsewhere")]
    Over,
    /// It was unlinked too lately to make a new account.
    #[error("this identity was unlinked less than a day ago")]
    Lately,
    /// No new accounts this way.
    #[error("no new accounts are made this way")]
    Closed,
}

impl Usher {
    /// Where a provider sends people back to.
    pub fn upstream_callback(&self, provider: &ProviderId) -> String {
        self.config.server.issuer.at(&format!("/upstream/{provider}/callback"))
    }

    /// Is a value bound to this browser?
    fn is_of_browser(browser: &Browser, hash: &str) -> bool {
        browser.mark().is_some_and(|mark| mark_hash(mark) == hash)
    }
}
