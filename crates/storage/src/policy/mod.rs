//! Access rules: revisions and the draft, and who has which role.

pub mod assignments;
pub mod revisions;
