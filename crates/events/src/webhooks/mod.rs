//! Webhooks: messages are created when events are dispatched, and sent by the instance that holds the webhook.

mod body;
mod context;
mod on_event;
mod queue;
mod sender;

pub use body::{request, unsealed};
pub use context::WebhookSenderContext;
pub(super) use on_event::on_event;
pub use sender::WebhookSender;
