//! Use cases of webhooks and their deliveries.

use crate::webhooks::manage::Webhooks;

pub(crate) mod deliveries;
pub(crate) mod manage;

pub use manage::{NewWebhook, WebhookChange, WithSecret};
