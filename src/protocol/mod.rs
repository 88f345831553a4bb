//! The words and rules of OAuth 2 and OpenID Connect.
//!
//! Pure: knows no HTTP server, no database, no clock.

pub mod params;
