//! Webhooks: messages are created when events are dispatched, and sent by the instance that holds the webhook.

mod around;
mod body;
mod courier;
mod hear;
mod turn;

pub use around::Around;
pub use body::{request, unsealed};
pub use courier::Courier;
pub(super) use hear::hear;
