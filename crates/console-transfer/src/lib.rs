//! The imports of users in the console.
//!
//! [`routes`] lists their URLs.

mod import;
mod list;
mod report;
pub mod routes;
mod texts;
mod views;
