//! The administrators' console: projects and clients.

pub mod clients;
pub mod edit;
pub mod projects;
