//! Entities of Usher, their state machines and rules.
//!
//! Pure: no clock, no randomness, no I/O. Time and random bytes are passed in.

pub mod branding;
pub mod email;
pub mod event;
pub mod health;
pub mod id;
pub mod key;
pub mod oauth;
pub mod object_search;
pub mod page;
pub mod project;
pub mod provider;
pub mod random;
pub mod secret;
pub mod text;
pub mod time;
pub mod urls;
pub mod user;
mod wire_names;
