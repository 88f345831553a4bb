//! What is told of what happened: facts, and those who hear of them.

pub mod concern;
pub mod event;
pub mod feed;
pub mod letter;
pub mod logout_notice;
pub mod notice;
pub mod receipt;
pub mod webhook;
