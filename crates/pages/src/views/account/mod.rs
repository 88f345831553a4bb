//! Account pages.

pub mod activity;
pub mod apps;
pub mod claims;
pub mod data;
pub mod email;
pub mod factors;
pub mod not_me;
pub mod overview;
pub mod profile;
pub mod question;
pub mod receipt;
pub mod sessions;
