//! The pages of a signed-in person.

pub mod identities;
pub mod not_me;
pub mod profile;
pub mod security;
