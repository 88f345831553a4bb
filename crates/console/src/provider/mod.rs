//! Pages of upstream providers.

pub mod edit;
mod form;
pub mod list;
