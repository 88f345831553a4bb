//! What a person has allowed a client, remembered so that they are not asked twice.

use crate::domain::id::{ClientId, UserId};
use crate::domain::time::Timestamp;
use crate::protocol::scope::Scope;

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
