//! Invitations of people to become members of a project.

use std::time::Duration;

use super::member::Role;
use crate::email::Email;
use crate::id::{ProjectId, ProjectInvitationId};
use crate::time::Timestamp;

/// How long the link of an invitation is valid.
pub const LIFETIME: Duration = Duration::from_hours(7 * 24);

/// Most invitations that wait in a project.
pub const MOST_WAITING: usize = 100;

/// An invitation that was neither accepted nor withdrawn. Whoever has the link of its email accepts it, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectInvitation {
    pub id: ProjectInvitationId,
    pub project_id: ProjectId,
    /// The address that it was sent to.
    pub email: Email,
    /// The role that whoever accepts it gets.
    pub role: Role,
    pub created_at: Timestamp,
    /// When the newest email was sent.
    pub sent_at: Timestamp,
    /// When the link of that email expires.
    pub expires_at: Timestamp,
}

impl ProjectInvitation {
    /// Whether it can still be accepted.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}
