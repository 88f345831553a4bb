//! The pages of a signed-in user.

pub mod activity;
pub mod apps;
pub mod data;
pub mod email;
pub mod identities;
pub mod overview;
pub mod profile;
pub mod report_compromise;
pub mod security;
pub mod sessions;
