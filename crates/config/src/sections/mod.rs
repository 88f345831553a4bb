//! The sections, one file each: settings, types and bounds.

pub mod attempts;
pub mod client_registration;
pub mod database;
pub mod demo;
pub mod issuer;
pub mod keys;
pub mod limits;
pub mod mail;
pub mod mutual_tls;
pub mod outbound;
pub mod projects;
pub mod providers;
pub mod registration;
pub mod server;
pub mod session;
pub mod sign_in;
pub mod telemetry;
pub mod tokens;
