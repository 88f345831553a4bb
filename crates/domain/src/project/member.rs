//! Members of a project and their roles.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::{ProjectId, UserId};
use crate::time::Timestamp;

/// The role of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads everything that is not secret.
    Viewer,
    /// Also changes clients, rules, webhooks.
    Developer,
    /// Also changes members and the token, and may delete the project.
    Owner,
}

/// The text names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the role must be owner, developer or viewer")]
pub struct UnknownRole;

impl Role {
    /// Every role, the lowest first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Developer, Self::Owner];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Developer => "developer",
            Self::Owner => "owner",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.as_str() == word).ok_or(UnknownRole)
    }
}

/// A member of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The project.
    pub project_id: ProjectId,
    /// The user.
    pub user_id: UserId,
    /// Their role.
    pub role: Role,
    /// When they became a member.
    pub since: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_read_by_its_word_and_each_includes_those_below() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert!(Role::Owner > Role::Developer && Role::Developer > Role::Viewer);
        for bad in ["", "Owner", "admin", "owner "] {
            assert_eq!(bad.parse::<Role>(), Err(UnknownRole));
        }
    }
}
