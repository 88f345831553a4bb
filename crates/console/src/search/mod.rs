//! Search in the console: objects, settings, requests, and the pages of the console themselves.

mod commands;
mod objects;
pub mod page;
