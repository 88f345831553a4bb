//! The endpoints that clients redirect browsers to; they respond with pages and redirects.

pub mod authorize;
pub mod logout;
