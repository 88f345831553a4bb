//! What every door promises, whoever knocks.

mod away;
mod cross_site;
mod errors;
mod gone;
mod headers;
mod log;
mod pages;
mod refusals;
mod ways;
pub mod wire;
