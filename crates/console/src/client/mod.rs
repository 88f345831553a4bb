//! Pages of clients.

mod attempt_view;
pub mod attempts;
mod ciba;
mod details;
pub mod edit;
mod fields;
pub mod page;
mod proof;
