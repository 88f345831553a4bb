//! The log, and what its readers keep of it.

pub mod erasures;
pub mod events;
pub mod feed;
pub mod history;
pub mod letters;
pub mod log;
pub mod outgoing;
pub mod reading;
