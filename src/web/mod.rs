//! The doors: HTTP, pages, cookies.
//!
//! A request arrives at [`server`], passes the [`layers`], is read by the [`extract`]ors and answered by one handler,
//! which calls one verb. [`router`] is the map.

pub mod account;
pub mod api;
pub mod assets;
pub mod codes;
mod connection;
pub mod console;
pub mod dev_mail;
pub mod documents;
pub mod error;
pub mod extract;
mod factors;
mod files;
pub mod health;
mod kept;
pub mod layers;
pub mod login;
pub mod oidc;
pub mod oidc_pages;
pub mod owner;
pub mod page_routes;
pub mod pages;
pub mod problem;
pub mod problem_page;
pub mod receipt;
pub mod refusal;
mod request_body;
pub mod router;
pub mod server;
pub mod setup;
pub mod show;
pub mod state;
pub mod tls;
pub mod upstream;
pub mod urls;
pub mod visitor_pages;
mod ways;
pub mod wrong_host;
