//! Filters of the audit log that an administrator saved by name.

use crate::id::SavedFilterId;

/// A saved filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFilter {
    pub id: SavedFilterId,
    /// The name, unique for its administrator.
    pub name: String,
    /// The query of the URL of the page.
    pub query: String,
}
