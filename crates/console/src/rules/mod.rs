//! The access rules of a project.

pub mod assignments;
pub mod cell;
pub mod condition;
mod draft;
pub mod entity;
pub mod history;
mod line_diff;
mod matrix;
pub mod page;
pub mod publish;
pub mod role;
pub mod route;
pub mod text;
pub mod trial;
