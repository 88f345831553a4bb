//! Use cases of webhooks and their deliveries.

pub(crate) mod deliveries;
pub(crate) mod manage;

pub use manage::{NewWebhook, WebhookChange, WithSecret};
