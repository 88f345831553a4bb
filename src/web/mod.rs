//! The doors: HTTP, pages, cookies.
//!
//! A request arrives at [`server`], passes the [`layers`], is read by the [`extract`]ors and answered by one handler.

pub mod assets;
mod connection;
pub mod extract;
pub mod health;
pub mod layers;
pub mod pages;
pub mod problem;
pub mod server;
pub mod tls;
