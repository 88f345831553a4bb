//! The pages of sign-in and account: handlers, and the views that their templates render.
//!
//! [`routes`] lists their URLs.

mod account;
mod dev_components;
mod dev_mail;
mod documents;
mod factors;
mod login;
mod oidc;
pub mod problem_page;
mod receipt;
pub mod routes;
mod setup;
mod show;
mod upstream;
pub mod views;
mod ways;
pub mod wrong_host;
