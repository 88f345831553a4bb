//! Projects: their members, their assignments of roles, their histories.

pub mod assignment;
pub mod history;
pub mod member;
pub mod project;
