//! Pages of clients.

mod attempt_view;
pub mod attempts;
mod ciba;
pub mod claims;
mod details;
pub mod edit;
mod fields;
pub mod page;
mod proof;
pub mod quick_start;
