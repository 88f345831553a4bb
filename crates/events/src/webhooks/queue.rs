//! One turn of a webhook: its messages in order, each result stored before the next message is sent.

use std::time::Instant;

use tokio_util::sync::CancellationToken;

use super::body::request;
use crate::webhooks::context::WebhookSenderContext;
use usher_domain::event::webhook::schedule::{LONGEST_FAILURE, next_try};
use usher_domain::event::webhook::{
    ATTEMPTS_KEPT, DeliveryAttempt, DeliveryStatus, DisabledWhy, Webhook, WebhookDelivery,
};
use usher_domain::event::{Event, EventKind};
use usher_domain::id::{EventId, WebhookId};
use usher_domain::time::Timestamp;
use usher_http_client::OutboundResponse;
use usher_storage::events::outgoing::webhooks::Claim;
use usher_storage::{Result, Tx};

/// Maximum number of messages in one turn. However slow the receiver, a turn ends within a job's run.
const MESSAGES: usize = 8;
/// Maximum bytes read of an answer.
const READ: usize = 64 * 1024;
/// Bytes of it that are stored.
const KEPT: usize = 1024;

/// A turn of a webhook.
pub(super) struct DeliveryQueue<'a, F> {
    pub(super) around: WebhookSenderContext<'a>,
    pub(super) webhook: WebhookId,
    /// Renews the hold.
    pub(super) claim: F,
}

impl<F: Fn() -> Claim> DeliveryQueue<'_, F> {
    /// Sends due messages, then releases the webhook.
    pub(super) async fn take(&self, stop: &CancellationToken) -> Result<()> {
        for _ in 0..MESSAGES {
            if stop.is_cancelled() {
                break;
            }
            let Some((webhook, mut delivery)) = self.next().await? else { break };
            let attempt = self.send(&webhook, &delivery).await;
            let failed = !attempt.is_success();
            self.judge(&mut delivery, attempt.clone());
            self.record(&webhook, &delivery, &attempt).await?;
            // It is taken again at once, as a failing one.
            if failed {
                break;
            }
        }
        let claim = (self.claim)();
        let mut tx = self.around.store.begin().await?;
        tx.hold_webhook(self.webhook, &claim).await?;
        tx.let_webhook_go(self.webhook, &claim.holder).await?;
        tx.commit().await
    }

    async fn next(&self) -> Result<Option<(Webhook, WebhookDelivery)>> {
        let claim = (self.claim)();
        let mut tx = self.around.store.begin().await?;
        let Some(webhook) = tx.hold_webhook(self.webhook, &claim).await? else { return Ok(None) };
        let delivery = tx.next_delivery(self.webhook, claim.now).await?;
        tx.commit().await?;
        Ok(delivery.map(|delivery| (webhook, delivery)))
    }

    async fn send(&self, webhook: &Webhook, delivery: &WebhookDelivery) -> DeliveryAttempt {
        let (at, began) = (self.around.clock.now(), Instant::now());
        let sent = match request(webhook, delivery, self.around.sealer, at) {
            Ok(request) => self.around.outbound.send_cut(request, READ).await.map_err(|error| error.to_string()),
            Err(why) => Err(why.to_owned()),
        };
        let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        match sent {
            Ok(answer) => DeliveryAttempt {
                at,
                ms,
                status: Some(answer.status.as_u16()),
                error: (!answer.status.is_success()).then(|| words_of(&answer)),
                answer: head_of(&answer),
            },
            Err(error) => DeliveryAttempt { at, ms, status: None, error: Some(error), answer: None },
        }
    }

    /// The state of the delivery after this attempt.
    fn judge(&self, delivery: &mut WebhookDelivery, attempt: DeliveryAttempt) {
        let now = self.around.clock.now();
        delivery.tries = delivery.tries.saturating_add(1);
        delivery.status = DeliveryStatus::Delivered;
        if !attempt.is_success() {
            let again = next_try(delivery.tries, now, self.around.random).filter(|_| !attempt.is_gone());
            delivery.status = if again.is_some() { DeliveryStatus::Waiting } else { DeliveryStatus::Failed };
            delivery.send_after = again.unwrap_or(delivery.send_after);
        }
        delivery.ended_at = (delivery.status != DeliveryStatus::Waiting).then_some(now);
        delivery.attempts.push(attempt);
        let over = delivery.attempts.len().saturating_sub(ATTEMPTS_KEPT);
        delivery.attempts.drain(..over);
    }

    async fn record(&self, webhook: &Webhook, delivery: &WebhookDelivery, attempt: &DeliveryAttempt) -> Result<()> {
        let now = self.around.clock.now();
        let event = Event::new(EventId::new(now, self.around.random), EventKind::WEBHOOK_DISABLED, now)
            .with_project(webhook.project_id)
            .with("webhook_id", webhook.id.to_string());
        let mut tx = self.around.store.begin().await?;
        record_attempt(&mut tx, webhook, attempt, event, now).await?;
        tx.record_delivery(delivery).await?;
        tx.commit().await
    }
}

/// The effect of an attempt on the webhook.
async fn record_attempt(
    tx: &mut Tx,
    webhook: &Webhook,
    attempt: &DeliveryAttempt,
    event: Event,
    now: Timestamp,
) -> Result<()> {
    if attempt.is_success() {
        // Usually there is nothing to write.
        return if webhook.failing_since.is_some() { tx.webhook_succeeded(webhook.id).await } else { Ok(()) };
    }
    let since = tx.webhook_failed(webhook.id, now).await?;
    let why = match attempt.is_gone() {
        true => DisabledWhy::Gone,
        false if since + LONGEST_FAILURE <= now => DisabledWhy::Failing,
        false => return Ok(()),
    };
    if tx.disable_webhook(webhook.id, now, why).await? {
        tx.append(&event.with("reason", why.as_str())).await?;
    }
    Ok(())
}

fn words_of(answer: &OutboundResponse) -> String {
    match answer.status.as_u16() {
        status @ 300..=399 => format!("it answered {status}: redirects are not followed"),
        410 => "it answered 410: the webhook is put out of use".to_owned(),
        status => format!("it answered {status}"),
    }
}

/// The beginning of an answer as text; `None` if it was empty.
fn head_of(answer: &OutboundResponse) -> Option<String> {
    let head = &answer.body[..answer.body.len().min(KEPT)];
    // PostgreSQL cannot store NUL in a text.
    let text = String::from_utf8_lossy(head).replace('\0', "\u{fffd}");
    (!text.is_empty()).then_some(text)
}
