//! Pages of the console.

pub mod apis;
pub mod client;
pub mod client_form;
pub mod initial_tokens;
pub mod modules;
pub mod overview;
pub mod project;
pub mod providers;
pub mod quick_start;
pub mod webhooks;
