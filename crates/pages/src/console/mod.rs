//! The administrators' console: projects with their members, tokens, clients, modules and webhooks, and providers.

pub mod clients;
mod done;
pub mod edit;
pub mod members;
pub mod modules;
mod project_access;
pub mod projects;
pub mod provider;
mod provider_form;
pub mod providers;
mod shown;
pub mod token;
pub mod webhook;
pub mod webhooks;
