//! Pages of clients.

mod ciba;
mod details;
pub mod edit;
mod fields;
pub mod page;
mod proof;
