//! The pages of sign-in, account and console: handlers, and the views that their templates render.
//!
//! [`routes`] lists their URLs.

mod account;
mod console;
mod dev_components;
mod dev_mail;
mod documents;
mod factors;
mod field_errors;
mod kept;
pub mod kit;
mod loaded;
mod login;
mod oidc;
pub mod page_routes;
pub mod problem_page;
mod receipt;
pub mod routes;
mod setup;
mod show;
mod upstream;
pub mod views;
mod visitor_pages;
mod ways;
pub mod wrong_host;
