//! Webhook deliveries: one row for each webhook and message.
//!
//! A transaction that writes to a webhook and to its deliveries writes to the webhook first, as deleting does:
//! otherwise two transactions could wait for each other.

use sqlx::types::Json;
use uuid::Uuid;

use crate::db::{on, on_tx, run, run_in_parts, statements};
use crate::row::{JsonColumn, unreadable};
use crate::{Result, StorageError, Store, Tx};
use usher_domain::event::webhook::{DeliveryAttempt, DeliveryStatus, WebhookDelivery};
use usher_domain::id::{EventId, WebhookId};
use usher_domain::page::Cursor;
use usher_domain::page::{MAX_PAGE, Page};
use usher_domain::time::Timestamp;

statements! {
    INSERT = "insert into webhook_delivery (webhook_id, message_id, kind, subject, body, status, tries, send_after, attempts, created_at) values ($1, $2, $3, $4, $5, 'waiting', 0, $6, $7, $6) on conflict (webhook_id, message_id) do nothing";
    // A delivery waits for the earlier deliveries about the same subject.
    NEXT = "select d.seq, d.webhook_id, d.message_id, d.kind, d.subject, d.body, d.status, d.tries, d.send_after, d.attempts, d.created_at, d.ended_at from webhook_delivery d where d.webhook_id = $1 and d.status = 'waiting' and d.send_after <= $2 and not exists (select 1 from webhook_delivery e where e.webhook_id = d.webhook_id and e.subject = d.subject and e.status = 'waiting' and e.seq < d.seq) order by d.seq limit 1";
    RECORD = "update webhook_delivery set status = $2, tries = $3, send_after = $4, attempts = $5, ended_at = $6 where seq = $1 and status = 'waiting' and tries = $7";
    AGAIN = "update webhook_delivery set status = 'waiting', tries = 0, send_after = $3, ended_at = null where webhook_id = $1 and message_id = $2";
    ALL_FAILED_AGAIN = "update webhook_delivery set status = 'waiting', tries = 0, send_after = $3, ended_at = null where seq in (select seq from webhook_delivery where webhook_id = $1 and status = 'failed' and created_at >= $2 limit $4) and status = 'failed'";
    FIND = "select seq, webhook_id, message_id, kind, subject, body, status, tries, send_after, attempts, created_at, ended_at from webhook_delivery where webhook_id = $1 and message_id = $2";
    LIST = "select seq, webhook_id, message_id, kind, subject, body, status, tries, send_after, attempts, created_at, ended_at from webhook_delivery where webhook_id = $1 and seq < $2 order by seq desc limit $3";
    LIST_IN_STATUS = "select seq, webhook_id, message_id, kind, subject, body, status, tries, send_after, attempts, created_at, ended_at from webhook_delivery where webhook_id = $1 and status = $2 and seq < $3 order by seq desc limit $4";
    BRING_NEAR = "update webhook_delivery set send_after = $1 where seq in (select d.seq from webhook w cross join webhook_delivery d where d.webhook_id = w.id and w.due_at > $2 and w.disabled_at is null and d.status = 'waiting' and d.send_after > $2 limit $3) and status = 'waiting' and send_after > $2";
    SWEEP = "delete from webhook_delivery where seq in (select seq from webhook_delivery where created_at < $1 order by created_at limit $2)";
}

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    seq: i64,
    webhook_id: Uuid,
    message_id: Uuid,
    kind: String,
    subject: String,
    body: String,
    status: String,
    tries: i64,
    send_after: i64,
    attempts: JsonColumn<Vec<DeliveryAttempt>>,
    created_at: i64,
    ended_at: Option<i64>,
}

impl TryFrom<DeliveryRow> for WebhookDelivery {
    type Error = StorageError;
    fn try_from(row: DeliveryRow) -> Result<Self> {
        let fault = |column| unreadable("webhook_delivery", column, row.seq);
        Ok(Self {
            seq: row.seq,
            webhook_id: WebhookId(row.webhook_id),
            message_id: EventId(row.message_id),
            kind: row.kind,
            subject: row.subject,
            body: row.body,
            status: DeliveryStatus::from_word(&row.status).ok_or_else(|| fault("status"))?,
            tries: u32::try_from(row.tries).map_err(|_| fault("tries"))?,
            send_after: Timestamp(row.send_after),
            attempts: row.attempts.read("webhook_delivery", "attempts", row.seq)?,
            created_at: Timestamp(row.created_at),
            ended_at: row.ended_at.map(Timestamp),
        })
    }
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
        let added: u64 = run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(new.webhook.0)
            .bind(new.message.0)
            .bind(&new.kind)
            .bind(&new.subject)
            .bind(&new.body)
            .bind(now.0)
            .bind(Json(&nothing)))?;
        if added == 1 { self.webhook_is_due(new.webhook, now).await } else { Ok(()) }
    }

    /// The first delivery of a webhook that is due and waits for no other.
    pub async fn next_delivery(&mut self, webhook: WebhookId, now: Timestamp) -> Result<Option<WebhookDelivery>> {
        let row: Option<DeliveryRow> =
            on_tx!(self, NEXT, |conn, sql| sqlx::query_as(sql).bind(webhook.0).bind(now.0).fetch_optional(conn))?;
        row.map(WebhookDelivery::try_from).transpose()
    }

    /// Records the result of an attempt, unless another instance has finished the delivery, or its owner asked
    /// meanwhile to send it again: then it stays pending.
    pub async fn record_delivery(&mut self, delivery: &WebhookDelivery) -> Result<()> {
        run!(self, RECORD, |sql| sqlx::query(sql)
            .bind(delivery.seq)
            .bind(delivery.status.as_str())
            .bind(i64::from(delivery.tries))
            .bind(delivery.send_after.0)
            .bind(Json(&delivery.attempts))
            .bind(delivery.ended_at.map(|at| at.0))
            .bind(i64::from(delivery.tries.saturating_sub(1))))
        .map(drop)
    }

    /// Sends one delivery again, whatever its status. `false` if it does not exist.
    pub async fn redeliver(&mut self, webhook: WebhookId, message: EventId, now: Timestamp) -> Result<bool> {
        self.webhook_is_due(webhook, now).await?;
        let again: u64 = run!(self, AGAIN, |sql| sqlx::query(sql).bind(webhook.0).bind(message.0).bind(now.0))?;
        Ok(again == 1)
    }

    /// Sends again all failed deliveries that were written since a moment; returns how many.
    pub async fn redeliver_failed(&mut self, webhook: WebhookId, since: Timestamp, now: Timestamp) -> Result<u64> {
        self.webhook_is_due(webhook, now).await?;
        Ok(run_in_parts!(self, ALL_FAILED_AGAIN, |sql| sqlx::query(sql).bind(webhook.0).bind(since.0).bind(now.0)))
    }

    /// Makes a batch of deliveries due whose time is after `bound`: the clock was ahead when it was written.
    pub async fn bring_deliveries_near(&mut self, now: Timestamp, bound: Timestamp, batch: u32) -> Result<u64> {
        run!(self, BRING_NEAR, |sql| sqlx::query(sql).bind(now.0).bind(bound.0).bind(i64::from(batch)))
    }

    /// Deletes up to `batch` deliveries that were written before a moment.
    pub async fn sweep_deliveries(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        run!(self, SWEEP, |sql| sqlx::query(sql).bind(before.0).bind(i64::from(batch)))
    }
}

impl Store {
    /// A delivery of a webhook.
    pub async fn find_delivery(&self, webhook: WebhookId, message: EventId) -> Result<Option<WebhookDelivery>> {
        let row: Option<DeliveryRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(webhook.0).bind(message.0).fetch_optional(conn))?;
        row.map(WebhookDelivery::try_from).transpose()
    }

    /// Deliveries of a webhook, newest first, optionally of one status.
    pub async fn list_deliveries(
        &self,
        webhook: WebhookId,
        status: Option<DeliveryStatus>,
        before: Option<Cursor>,
        size: u32,
    ) -> Result<Page<WebhookDelivery>> {
        let size = size.clamp(1, MAX_PAGE);
        let more = i64::from(size) + 1;
        let before = before.map_or(i64::MAX, place_of);
        let rows: Vec<DeliveryRow> = match status {
            None => on!(&self.db, LIST, |conn, sql| sqlx::query_as(sql)
                .bind(webhook.0)
                .bind(before)
                .bind(more)
                .fetch_all(conn))?,
            Some(status) => on!(&self.db, LIST_IN_STATUS, |conn, sql| sqlx::query_as(sql)
                .bind(webhook.0)
                .bind(status.as_str())
                .bind(before)
                .bind(more)
                .fetch_all(conn))?,
        };
        let deliveries = rows.into_iter().map(WebhookDelivery::try_from).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(deliveries, size, |delivery| Uuid::from_u128(u128::from(delivery.seq.unsigned_abs()))))
    }
}

/// A cursor of this list is a delivery's position.
fn place_of(cursor: Cursor) -> i64 {
    i64::try_from(cursor.0.as_u128()).unwrap_or(i64::MAX)
}
