//! The endpoints that clients send browsers to: they answer with pages and redirects.

pub mod authorize;
pub mod logout;
