//! A project's access rules, from what people write to what machines ask.
//!
//! [`document`] is what is written, [`check`] and [`cedar`] say what is wrong with it and where, [`compile`] makes
//! [`table`] of it, which is what modules are sent, and [`evaluate`] answers questions from that table. Cedar is the law:
//! whatever the table answers, Cedar would have answered, which `tests/usher/policy/differential.rs` holds us to.
//!
//! Pure: no clock, no randomness, no I/O.

#[cfg(feature = "authoring")]
pub mod cedar;
pub mod check;
pub mod compile;
pub mod condition;
pub mod diff;
pub mod document;
pub mod evaluate;
pub mod fault;
pub mod leaf;
pub mod limits;
pub mod names;
pub mod path;
pub mod routes;
pub mod table;
#[cfg(feature = "authoring")]
pub mod validate;
pub mod value;

pub use document::Document;
pub use fault::Fault;
pub use table::Table;
