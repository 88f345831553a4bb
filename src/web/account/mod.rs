//! The pages of a signed-in person.

pub mod activity;
pub mod apps;
pub mod data;
pub mod email;
pub mod identities;
pub mod not_me;
pub mod profile;
pub mod security;
pub mod sessions;
