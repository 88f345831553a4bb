//! Webhooks: messages are written down as facts are told, and sent by whoever holds the webhook for the moment.

mod body;
mod courier;
mod hear;
mod turn;

pub use body::{request, unsealed};
pub use courier::{Around, Courier};
pub(super) use hear::hear;
