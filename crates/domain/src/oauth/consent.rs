//! A stored consent of a user to a client, so that the user is not asked twice.

use crate::id::{ClientId, UserId};
use crate::time::Timestamp;
use usher_protocol::scope::Scope;

/// A stored consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredConsent {
    /// The user.
    pub user_id: UserId,
    /// The client.
    pub client_id: ClientId,
    /// The scope.
    pub scope: Scope,
    /// When it was last given.
    pub granted_at: Timestamp,
}
