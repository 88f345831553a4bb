//! What is kept of a sign-in at a provider, from its start to the callback.

use std::fmt;

use serde::{Deserialize, Serialize};
use usher_domain::provider::ProviderId;

/// The state that is kept, sealed or in the database, until the callback. Single-use.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingAuthorization {
    /// The provider. A response at another provider's callback is refused.
    pub provider: ProviderId,
    /// The `state` parameter: 256 random bits.
    pub state: String,
    /// The `nonce` of the ID token, if there is one.
    pub nonce: Option<String>,
    /// The PKCE verifier, if there is one.
    pub pkce_verifier: Option<String>,
    /// The redirect URI, needed for exchanging the code.
    pub redirect_uri: String,
}

impl fmt::Debug for PendingAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("provider", &self.provider).finish_non_exhaustive()
    }
}
