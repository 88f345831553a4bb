//! The console: the overview of the installation, its event log, keys, health and settings; projects with their members, tokens, clients, APIs, access rules, modules and webhooks, and providers.
//!
//! [`routes`] lists its URLs.

mod branding;
mod client;
mod installation;
mod project;
mod provider;
pub mod routes;
mod search;
mod user;
mod views;
