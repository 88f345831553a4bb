//! Webhook deliveries: one row for each webhook and message.
//!
//! A transaction that writes to a webhook and to its deliveries writes to the webhook first, as deleting does:
//! otherwise two transactions could wait for each other.

use uuid::Uuid;

use crate::db::statements;
use crate::query::PART;
use crate::row::row;
use crate::{Result, Store, Tx};
use usher_domain::event::webhook::{DeliveryAttempt, DeliveryStatus, WebhookDelivery};
use usher_domain::id::{EventId, WebhookId};
use usher_domain::page::Cursor;
use usher_domain::page::Page;
use usher_domain::time::Timestamp;

row! {
    DELIVERY: WebhookDelivery of "webhook_delivery" {
        seq, webhook_id, message_id, kind, subject, body, status, tries, send_after, attempts, created_at, ended_at,
    }
}

statements! {
    with DELIVERY, PART;

    INSERT = "
        insert into webhook_delivery (
            webhook_id, message_id, kind, subject, body, status, tries, send_after, attempts, created_at
        )
        values ($1, $2, $3, $4, $5, 'waiting', 0, $6, $7, $6)
        on conflict (webhook_id, message_id) do nothing
    ";
    // A delivery waits for the earlier deliveries about the same subject.
    NEXT = "
        select {d.DELIVERY}
        from webhook_delivery d
        where d.webhook_id = $1
          and d.status = 'waiting'
          and d.send_after <= $2
          and not exists (
              select 1
              from webhook_delivery e
              where e.webhook_id = d.webhook_id
                and e.subject = d.subject
                and e.status = 'waiting'
                and e.seq < d.seq
          )
        order by d.seq
        limit 1
    ";
    RECORD = "
        update webhook_delivery
        set
            status = $2,
            tries = $3,
            send_after = $4,
            attempts = $5,
            ended_at = $6
        where seq = $1 and status = 'waiting' and tries = $7
    ";
    AGAIN = "
        update webhook_delivery
        set
            status = 'waiting',
            tries = 0,
            send_after = $3,
            ended_at = null
        where webhook_id = $1 and message_id = $2
    ";
    ALL_FAILED_AGAIN = "
        update webhook_delivery
        set
            status = 'waiting',
            tries = 0,
            send_after = $3,
            ended_at = null
        where seq in (
            select seq
            from webhook_delivery
            where webhook_id = $1 and status = 'failed' and created_at >= $2
            limit {PART}
        )
          and status = 'failed'
    ";
    FIND = "
        select {DELIVERY}
        from webhook_delivery
        where webhook_id = $1 and message_id = $2
    ";
    LIST = "
        select {DELIVERY}
        from webhook_delivery
        where webhook_id = $1 and seq < $2
        order by seq desc
        limit $3 + 0
    ";
    LIST_IN_STATUS = "
        select {DELIVERY}
        from webhook_delivery
        where webhook_id = $1 and status = $2 and seq < $3
        order by seq desc
        limit $4 + 0
    ";
    BRING_NEAR = "
        update webhook_delivery
        set send_after = $1
        where seq in (
            select d.seq
            from webhook w
            cross join webhook_delivery d
            where d.webhook_id = w.id
              and w.due_at > $2
              and w.disabled_at is null
              and d.status = 'waiting'
              and d.send_after > $2
            limit $3 + 0
        )
          and status = 'waiting'
          and send_after > $2
    ";
    SWEEP = "
        delete from webhook_delivery
        where seq in (select seq from webhook_delivery where created_at < $1 order by created_at limit $2 + 0)
    ";
}

/// A message to one webhook that has no position yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// The webhook.
    pub webhook: WebhookId,
    /// The message's own id.
    pub message: EventId,
    /// The event type.
    pub kind: String,
    /// The subject that the message is about.
    pub subject: String,
    /// The body.
    pub body: String,
}

impl Tx {
    /// Adds a delivery, due now, unless this webhook has this message already.
    pub async fn insert_delivery(&mut self, new: &NewDelivery, now: Timestamp) -> Result<()> {
        let nothing: Vec<DeliveryAttempt> = Vec::new();
        let added = self
            .query(INSERT)
            .bind(new.webhook)
            .bind(new.message)
            .bind(&new.kind)
            .bind(&new.subject)
            .bind(&new.body)
            .bind(now)
            .bind(&nothing)
            .run()
            .await?;
        if added == 1 { self.webhook_is_due(new.webhook, now).await } else { Ok(()) }
    }

    /// The first delivery of a webhook that is due and waits for no other.
    pub async fn next_delivery(&mut self, webhook: WebhookId, now: Timestamp) -> Result<Option<WebhookDelivery>> {
        self.query(NEXT).bind(webhook).bind(now).optional().await
    }

    /// Records the result of an attempt, unless another instance has finished the delivery, or its owner asked
    /// meanwhile to send it again: then it stays pending.
    pub async fn record_delivery(&mut self, delivery: &WebhookDelivery) -> Result<()> {
        self.query(RECORD)
            .bind(delivery.seq)
            .bind(delivery.status)
            .bind(delivery.tries)
            .bind(delivery.send_after)
            .bind(&delivery.attempts)
            .bind(delivery.ended_at)
            .bind(delivery.tries.saturating_sub(1))
            .done()
            .await
    }

    /// Sends one delivery again, whatever its status. `false` if it does not exist.
    pub async fn redeliver(&mut self, webhook: WebhookId, message: EventId, now: Timestamp) -> Result<bool> {
        self.webhook_is_due(webhook, now).await?;
        self.query(AGAIN).bind(webhook).bind(message).bind(now).changed().await
    }

    /// Sends again all failed deliveries that were written since a moment; returns how many.
    pub async fn redeliver_failed(&mut self, webhook: WebhookId, since: Timestamp, now: Timestamp) -> Result<u64> {
        self.webhook_is_due(webhook, now).await?;
        self.query(ALL_FAILED_AGAIN).bind(webhook).bind(since).bind(now).run_in_parts().await
    }

    /// Makes a batch of deliveries due whose time is after `bound`: the clock was ahead when it was written.
    pub async fn bring_deliveries_near(&mut self, now: Timestamp, bound: Timestamp, batch: u32) -> Result<u64> {
        self.query(BRING_NEAR).bind(now).bind(bound).bind(batch).run().await
    }

    /// Deletes up to `batch` deliveries that were written before a moment.
    pub async fn sweep_deliveries(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(batch).run().await
    }
}

impl Store {
    /// A delivery of a webhook.
    pub async fn find_delivery(&self, webhook: WebhookId, message: EventId) -> Result<Option<WebhookDelivery>> {
        self.query(FIND).bind(webhook).bind(message).optional().await
    }

    /// Deliveries of a webhook, newest first, optionally of one status.
    pub async fn list_deliveries(
        &self,
        webhook: WebhookId,
        status: Option<DeliveryStatus>,
        before: Option<Cursor>,
        size: u32,
    ) -> Result<Page<WebhookDelivery>> {
        let before = before.map_or(i64::MAX, place_of);
        let query = match status {
            None => self.query(LIST).bind(webhook).bind(before),
            Some(status) => self.query(LIST_IN_STATUS).bind(webhook).bind(status).bind(before),
        };
        let place = |delivery: &WebhookDelivery| Uuid::from_u128(u128::from(delivery.seq.unsigned_abs()));
        query.page(size, place).await
    }
}

/// A cursor of this list is a delivery's position.
fn place_of(cursor: Cursor) -> i64 {
    i64::try_from(cursor.0.as_u128()).unwrap_or(i64::MAX)
}
