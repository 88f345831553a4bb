//! A project: what a developer registers.

use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;

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

/// Why a project's name is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name must hold 1 to 100 characters and no control characters")]
pub struct BadProjectName;

/// A project name, trimmed.
///
/// # Errors
/// [`BadProjectName`] if it is empty, longer than 100 characters, or holds control characters.
pub fn check_name(name: &str) -> Result<String, BadProjectName> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= 100 && !name.chars().any(char::is_control);
    if fits { Ok(name.to_owned()) } else { Err(BadProjectName) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(check_name(" Shop "), Ok("Shop".to_owned()));
        for bad in ["", "   ", "a\nb", &"a".repeat(101)] {
            assert!(check_name(bad).is_err());
        }
    }
}
