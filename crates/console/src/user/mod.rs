//! Users: search, one user, changes of one or many, invitations, and who is signed in.

pub mod change;
pub mod detail;
pub mod edit;
pub mod export;
pub mod head;
pub mod invite;
pub mod list;
pub mod merge;
mod provider_names;
pub mod sessions;
pub mod tabs;
pub mod words;
