//! Access rules: revisions and the draft, and role assignments.

pub mod assignments;
pub mod revisions;
