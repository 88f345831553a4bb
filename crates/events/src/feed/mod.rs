//! The live feed: what projects' modules must know, written down as facts are told, and carried to whoever is connected.

mod audience;
pub mod frame;
mod hear;
mod hub;
mod listener;

pub use audience::{Acknowledgement, Connected};
pub(super) use hear::hear;
pub use hub::{Hub, Place};
pub use listener::{Listener, Listening, Next, Transport};
