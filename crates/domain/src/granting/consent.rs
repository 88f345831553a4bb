//! What a person has allowed a client, remembered so that they are not asked twice.

use crate::id::{ClientId, UserId};
use crate::time::Timestamp;
use usher_protocol::scope::Scope;

/// A remembered consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Who allowed it.
    pub user_id: UserId,
    /// Whom.
    pub client_id: ClientId,
    /// What.
    pub scope: Scope,
    /// When it was last given.
    pub granted_at: Timestamp,
}
