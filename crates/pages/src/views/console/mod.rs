//! Pages of the console.

pub mod client;
pub mod modules;
pub mod overview;
pub mod project;
pub mod providers;
pub mod quick_start;
pub mod webhooks;
