//! The live feed: what local modules must know, stored when events are dispatched, and sent to all connections.

mod audience;
mod channel;
pub mod frame;
mod hear;
mod hub;
mod listener;
mod listening;

pub use audience::{Acknowledgement, ConnectedSubscriber};
pub use channel::ListenerSlot;
pub(super) use hear::hear;
pub use hub::Hub;
pub use listener::{Listener, Transport};
pub use listening::{FeedSubscription, FeedUpdate};
