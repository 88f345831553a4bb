//! A project: what a developer registers.

use crate::id::ProjectId;
use crate::time::Timestamp;

/// A project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Our name for it.
    pub id: ProjectId,
    /// The name that people read.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// The authentication context that nobody signs in to its clients without.
    pub required_acr: Option<String>,
}

/// The most characters that the name of a project may have.
pub const MAX_NAME: u32 = 100;
