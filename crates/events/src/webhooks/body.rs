//! The request of a delivery: signed again at every attempt, with every valid secret.

use hyper::http::Request as HttpRequest;
use hyper::http::header::CONTENT_TYPE;

use usher_domain::event::webhook::{SealedSecret, Webhook, WebhookDelivery};
use usher_domain::time::Timestamp;
use usher_http_client::OutboundRequest;
use usher_keys::seal::{Purpose, Sealer};
use usher_keys::webhook::WebhookSecret;

/// A secret for signing; `None` if it was sealed under another master key.
pub fn unsealed(secret: &SealedSecret, sealer: &Sealer) -> Option<WebhookSecret> {
    WebhookSecret::from_bytes(sealer.open_text(Purpose::WebhookSecret, &secret.sealed).ok()?).ok()
}

/// The request of a delivery now.
///
/// # Errors
/// A description, if there is no secret to sign with, or the URL may not be called.
pub fn request(
    webhook: &Webhook,
    delivery: &WebhookDelivery,
    sealer: &Sealer,
    now: Timestamp,
) -> Result<OutboundRequest, &'static str> {
    let (id, body) = (delivery.message_id.to_string(), delivery.body.as_bytes());
    let signatures: Vec<String> = webhook
        .signing(now)
        .filter_map(|secret| unsealed(secret, sealer))
        .map(|secret| secret.sign(&id, now, body))
        .collect();
    if signatures.is_empty() {
        return Err("none of its secrets can be opened");
    }
    HttpRequest::post(&webhook.url)
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", now.0)
        .header("webhook-signature", signatures.join(" "))
        .body(body.to_vec())
        .map_err(|_| "this address may not be called")
}
