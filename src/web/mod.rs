//! The web room.
pub mod pages;
