//! Delivery of the event log: feed, webhooks, back-channel logout, histories, counters; and the calls that tell clients of answers.
//!
//! [`EventDispatcher`] takes pending events, oldest first, and hands each to every reader within the transaction that marks it
//! as dispatched: a reader gets each event once, and what it writes is durable together with the mark. Readers only
//! write down what is to be sent; jobs and the feed's hub send it, and may fail and retry.

pub mod backchannel;
pub mod ciba_pings;
mod client_messages;
mod counters;
mod dispatcher;
mod drive_concurrently;
pub mod feed;
mod history;
mod lookups;
pub mod webhooks;

pub use dispatcher::{DispatchRules, DispatchedEvent, EventDispatcher};
