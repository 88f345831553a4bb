//! What all endpoints and pages have in common.

mod away;
mod cross_site;
mod errors;
mod gone;
mod headers;
mod log;
mod pages;
mod refusals;
mod specimen;
mod ways;
pub mod wire;
