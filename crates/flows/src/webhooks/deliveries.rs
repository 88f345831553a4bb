//! Deliveries: listing and repeating them, and sending a test message.

use crate::webhooks::manage::Webhooks;
use serde_json::json;

use usher_accounts::error::{FlowError, Rejected};
use usher_domain::event::webhook::message::TEST;
use usher_domain::event::webhook::{DeliveryStatus, Webhook, WebhookDelivery};
use usher_domain::id::{EventId, WebhookId};
use usher_domain::page::{Cursor, Page};
use usher_domain::time::Timestamp;
use usher_storage::events::outgoing::deliveries::NewDelivery;

impl Webhooks {
    /// Deliveries of a webhook, newest first, optionally of one status.
    pub async fn list_deliveries(
        &self,
        webhook: &Webhook,
        status: Option<DeliveryStatus>,
        before: Option<Cursor>,
        size: u32,
    ) -> Result<Page<WebhookDelivery>, FlowError> {
        Ok(self.core.store.list_deliveries(webhook.id, status, before, size).await?)
    }

    /// A delivery of a webhook.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn load_delivery(&self, webhook: &Webhook, message: EventId) -> Result<WebhookDelivery, FlowError> {
        let found = self.core.store.find_delivery(webhook.id, message).await?;
        found.ok_or_else(|| Rejected::NotFound("delivery").into())
    }

    /// Sends one delivery again, whatever its status; its message keeps its id.
    ///
    /// # Errors
    /// [`Rejected::NotFound`], [`Rejected::WebhookDisabled`].
    pub async fn redeliver(&self, webhook: &Webhook, message: EventId) -> Result<WebhookDelivery, FlowError> {
        let id = in_use(webhook)?;
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        if !tx.redeliver(id, message, now).await? {
            return Err(Rejected::NotFound("delivery").into());
        }
        tx.commit().await?;
        self.core.store.wake_senders();
        self.load_delivery(webhook, message).await
    }

    /// Sends again all failed deliveries that were created since a moment; returns how many.
    ///
    /// # Errors
    /// [`Rejected::WebhookDisabled`].
    pub async fn redeliver_failed(&self, webhook: &Webhook, since: Timestamp) -> Result<u64, FlowError> {
        let id = in_use(webhook)?;
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        let again = tx.redeliver_failed(id, since, now).await?;
        tx.commit().await?;
        self.core.store.wake_senders();
        Ok(again)
    }

    /// Sends a test message, regardless of the webhook's filters.
    ///
    /// # Errors
    /// [`Rejected::WebhookDisabled`].
    pub async fn test_webhook(&self, webhook: &Webhook) -> Result<WebhookDelivery, FlowError> {
        let id = in_use(webhook)?;
        let now = self.core.now();
        let message = EventId::new(now, &*self.core.random);
        let data = json!({ "project_id": webhook.project_id.to_string(), "webhook_id": webhook.id.to_string() });
        let body = json!({ "type": TEST, "version": 1, "timestamp": now.rfc3339(), "data": data }).to_string();
        let new = NewDelivery { webhook: id, message, kind: TEST.to_owned(), subject: format!("test:{message}"), body };
        let mut tx = self.core.store.begin().await?;
        tx.insert_delivery(&new, now).await?;
        tx.commit().await?;
        self.core.store.wake_senders();
        self.load_delivery(webhook, message).await
    }
}

/// Rejects disabled webhooks, which send nothing.
fn in_use(webhook: &Webhook) -> Result<WebhookId, FlowError> {
    if webhook.disabled_at.is_some() { Err(Rejected::WebhookDisabled.into()) } else { Ok(webhook.id) }
}
