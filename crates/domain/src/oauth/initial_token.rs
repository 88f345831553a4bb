//! Initial access tokens (RFC 7591 §1.2): who has one may register clients in its project.

use std::time::Duration;

use crate::id::{InitialTokenId, ProjectId};
use crate::time::Timestamp;

/// Maximum number of initial access tokens of a project.
pub const MAX_INITIAL_TOKENS: usize = 50;
/// Maximum length of the name, in characters.
pub const MAX_INITIAL_TOKEN_NAME: u32 = 100;
/// The longest lifetime.
pub const LONGEST_INITIAL_TOKEN: Duration = Duration::from_hours(365 * 24);
/// Maximum number of clients that one may register.
pub const MOST_CLIENTS: u32 = 100_000;

/// An initial access token. Only its hash is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitialToken {
    pub id: InitialTokenId,
    pub project_id: ProjectId,
    /// What it is for, in the owner's words.
    pub name: String,
    /// How many clients it may register.
    pub max_clients: u32,
    /// How many it has registered.
    pub registered: u32,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

impl InitialToken {
    /// Whether it may register one more client.
    pub fn is_good(&self, now: Timestamp) -> bool {
        now < self.expires_at && self.registered < self.max_clients
    }
}
