//! The event log and what is made of it.

mod emails;
mod erasures;
mod log;
