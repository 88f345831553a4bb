//! The access rules of a project.
//!
//! [`routes`] lists their URLs.

mod assignments;
mod cell;
mod condition;
mod draft;
mod entity;
mod history;
mod line_diff;
mod matrix;
mod page;
mod publish;
mod role;
mod route;
pub mod routes;
mod text;
mod trial;
mod views;
