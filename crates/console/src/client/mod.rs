//! Pages of clients.

mod attempt_view;
pub mod attempts;
pub mod check_up;
mod check_up_view;
mod ciba;
pub mod claims;
mod details;
pub mod edit;
mod fields;
pub mod page;
mod proof;
pub mod quick_start;
