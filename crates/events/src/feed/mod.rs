//! The live feed: what projects' modules must know, written down as facts are told, and carried to whoever is connected.

mod audience;
mod channel;
pub mod frame;
mod hear;
mod hub;
mod listener;
mod listening;

pub use audience::{Acknowledgement, Connected};
pub use channel::Place;
pub(super) use hear::hear;
pub use hub::Hub;
pub use listener::{Listener, Transport};
pub use listening::{Listening, Next};
