//! Pages of the console.

pub mod client;
pub mod console;
pub mod project;
pub mod providers;
pub mod quick_start;
pub mod webhooks;
