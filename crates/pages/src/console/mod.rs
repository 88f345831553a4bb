//! The administrators' console: projects with their members, tokens, clients, APIs, modules and webhooks, and providers.

pub mod api;
pub mod apis;
mod client_ciba;
mod client_details;
mod client_fields;
mod client_proof;
pub mod clients;
pub mod edit;
pub mod initial_tokens;
pub mod members;
pub mod modules;
pub mod projects;
pub mod provider;
mod provider_form;
pub mod providers;
pub mod token;
mod typed_text;
pub mod webhook;
pub mod webhooks;
