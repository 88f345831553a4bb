//! Pages of projects, and of what a project owns.

pub mod api;
pub mod apis;
pub mod first_run;
pub mod history;
pub mod initial_tokens;
pub mod list;
pub mod members;
pub mod modules;
pub mod settings;
pub mod sign_in;
pub mod token;
pub mod webhook;
pub mod webhooks;
