//! The live feed: what local modules must know, stored when events are dispatched, and sent to all connections.

mod audience;
mod channel;
pub mod frame;
mod hub;
mod listener;
mod listening;
mod on_event;

pub use audience::{Acknowledgement, ConnectedSubscriber};
pub use channel::ListenerSlot;
pub use hub::Hub;
pub use listener::{Listener, Transport};
pub use listening::{FeedSubscription, FeedUpdate};
pub(super) use on_event::on_event;
