//! The live feed: what local modules must know, stored when events are dispatched, and sent to all connections.

mod audience;
mod channel;
pub mod frame;
mod hub;
mod listener;
mod listening;
mod on_event;
mod pollers;

pub use audience::{Acknowledgement, FeedListeners};
pub use channel::ListenerSlot;
pub use hub::Hub;
pub use listener::{Listener, ModuleIdentity, Transport};
pub use listening::{FeedSubscription, FeedUpdate};
pub(super) use on_event::on_event;
