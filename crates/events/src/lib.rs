//! Telling others: the one log is read here, and whoever has to know is told.
//!
//! [`Teller`] takes the facts that nobody was told yet, oldest first, and hands each to every reader within the
//! transaction that marks it as told: a reader hears each fact once, and what it writes about it is durable with the mark.
//! Readers only write down what is to be sent; sending is the work of [`usher::jobs`] and of the feed's hub, which may fail
//! and try again as they like.

pub mod backchannel;
mod beside;
pub mod feed;
mod history;
mod teller;
pub mod webhooks;

pub use teller::{Heard, Rules, Teller};
