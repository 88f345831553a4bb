//! A project: it owns clients, members, rules and webhooks.

pub mod assignment;
pub mod history;
pub mod invitation;
pub mod member;
pub mod sign_in;

use crate::id::ProjectId;
use crate::time::Timestamp;

/// A project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The display name.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// The authentication context required for sign-in to its clients.
    pub required_acr: Option<String>,
}

/// Maximum length of a name, in characters.
pub const MAX_NAME: u32 = 100;
