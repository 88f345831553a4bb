//! Access rules of a project: document, checks, compiled table, decisions.
//!
//! [`document`] is the source, [`check`] and [`cedar`] report its faults, [`compile`] creates the [`table`] that
//! modules load, and [`evaluate`] decides requests with that table. Cedar is the specification:
//! `tests/usher/policy/differential.rs` checks that the table always decides as Cedar does.
//!
//! Pure: no clock, no randomness, no I/O.

#[cfg(feature = "authoring")]
pub mod cedar;
#[cfg(feature = "authoring")]
pub mod changes;
#[cfg(feature = "authoring")]
pub mod check;
#[cfg(feature = "authoring")]
pub mod compile;
pub mod condition;
#[cfg(feature = "authoring")]
pub mod diff;
pub mod document;
#[cfg(feature = "authoring")]
pub mod edit;
pub mod evaluate;
pub mod fault;
pub mod leaf;
pub mod limits;
#[cfg(feature = "authoring")]
pub mod locate;
pub mod names;
pub mod path;
pub mod route_index;
pub mod routes;
pub mod table;
#[cfg(feature = "authoring")]
pub mod validate;
pub mod value;

pub use document::PolicyDocument;
pub use fault::DocumentFault;
pub use table::Table;
