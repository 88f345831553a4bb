//! The administrators' console: projects, clients and providers.

pub mod clients;
pub mod edit;
pub mod projects;
pub mod provider;
mod provider_form;
pub mod providers;
