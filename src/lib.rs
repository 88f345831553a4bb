//! The program: start-up, command line and background jobs around the crates in `crates/`.
//!
//! `ARCHITECTURE.md` is the map; `tests/usher/architecture.rs` keeps the rules that Cargo cannot keep.

/// Start-up: settings in, a running server out.
pub mod app;
/// The command line.
pub mod cli;
/// Background work: mail, clean-up, key rotation.
pub mod jobs;
/// Logging, set up once.
pub mod telemetry;
