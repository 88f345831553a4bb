//! Pages of the console.

pub mod client;
pub mod console;
pub mod providers;
pub mod quick_start;
