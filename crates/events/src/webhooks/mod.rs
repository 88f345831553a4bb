//! Webhooks: messages are written down as facts are told, and sent by whoever holds the webhook for the moment.

mod around;
mod body;
mod courier;
mod hear;
mod turn;

pub use around::Around;
pub use body::{request, unsealed};
pub use courier::Courier;
pub(super) use hear::hear;
