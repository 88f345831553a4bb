//! Use cases of webhooks and their deliveries.

mod deliveries;
mod manage;

pub use manage::{NewWebhook, WebhookChange, WithSecret};
