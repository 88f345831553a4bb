//! The HTTP server: connections, TLS, the layers around every request, the extractors of handlers, and errors.
//!
//! A request arrives at [`server`], passes the [`layers`], is read by the [`extract`]ors and answered by one handler of
//! the crates `usher-api`, `usher-pages` and `usher-console`, which calls one use case.

pub mod assets;
pub mod brand_files;
pub mod client_certificate;
pub mod conditional;
mod connection;
pub mod error;
pub mod error_codes;
pub mod extract;
pub mod files;
pub mod health;
pub mod layers;
pub mod problem;
mod request_body;
pub mod server;
pub mod slots;
pub mod state;
pub mod tls;
pub mod trace_id;
