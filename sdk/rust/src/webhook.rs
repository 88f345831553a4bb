//! Messages that Usher sends to a project's webhook, verified by the specification Standard Webhooks.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value as Json;

/// The greatest difference in seconds between the time of a message and the clock.
const TOLERANCE: i64 = 300;

/// A verified message. It may arrive more than once: ignore an id that was processed.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookMessage {
    /// The same at every attempt.
    pub id: String,
    /// What happened: `session.revoked`.
    pub kind: String,
    /// The version of the data's meaning.
    pub version: u64,
    /// New versions of Usher may add members.
    pub data: Json,
}

/// Why a message is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookRefusal {
    /// One of the three headers is missing.
    #[error("header_missing")]
    HeaderMissing,
    /// The time is not a number.
    #[error("header_invalid")]
    HeaderInvalid,
    /// It was sent more than five minutes ago.
    #[error("timestamp_old")]
    TimestampOld,
    /// It was sent more than five minutes ahead.
    #[error("timestamp_new")]
    TimestampNew,
    /// No signature was made with one of the secrets.
    #[error("signature_invalid")]
    SignatureInvalid,
    /// The body is not a JSON object with a type.
    #[error("body_malformed")]
    BodyMalformed,
    /// A secret does not have the form `whsec_…`, or there is none.
    #[error("a webhook secret has the form whsec_… with base64")]
    Secret,
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    version: u64,
    #[serde(default)]
    data: Json,
}

/// Verifies a message by its headers and its body as it arrived, at a time in seconds since the epoch. While a secret is being
/// replaced, give both.
pub fn verify(headers: &HeaderMap, body: &[u8], now: i64, secrets: &[&str]) -> Result<WebhookMessage, WebhookRefusal> {
    let keys = secrets.iter().map(|secret| key(secret)).collect::<Option<Vec<_>>>();
    let keys = keys.filter(|keys| !keys.is_empty()).ok_or(WebhookRefusal::Secret)?;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty());
    let found = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let (Some(id), Some(stamp), Some(signatures)) = found else { return Err(WebhookRefusal::HeaderMissing) };
    let is_number = stamp.bytes().all(|digit| digit.is_ascii_digit());
    let sent: i64 = stamp.parse().ok().filter(|_| is_number).ok_or(WebhookRefusal::HeaderInvalid)?;
    match now.saturating_sub(sent) {
        age if age > TOLERANCE => return Err(WebhookRefusal::TimestampOld),
        age if age < -TOLERANCE => return Err(WebhookRefusal::TimestampNew),
        _ => {}
    }
    let signed = [format!("{id}.{stamp}.").as_bytes(), body].concat();
    // Other versions of signatures are ignored.
    let mut tags =
        signatures.split(' ').filter_map(|signature| BASE64_STANDARD.decode(signature.strip_prefix("v1,")?).ok());
    if !tags.any(|tag| keys.iter().any(|key| hmac::verify(key, &signed, &tag).is_ok())) {
        return Err(WebhookRefusal::SignatureInvalid);
    }
    // A list of values would deserialize too.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    let body: Body = serde_json::from_slice(body).ok().filter(|_| is_object).ok_or(WebhookRefusal::BodyMalformed)?;
    Ok(WebhookMessage { id: id.to_owned(), kind: body.kind, version: body.version, data: body.data })
}

fn key(secret: &str) -> Option<hmac::Key> {
    let bytes = BASE64_STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    (!bytes.is_empty()).then(|| hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;
    use serde_json::json;

    #[test]
    fn messages_are_accepted_and_refused_as_in_every_module() {
        let file = vectors::read("webhooks.json");
        for case in vectors::cases("webhooks.json") {
            let (name, expect) = (&case["name"], &case["expect"]);
            let headers = case["headers"].as_object().unwrap().iter();
            let headers: HeaderMap = headers
                .map(|(name, value)| (name.parse().unwrap(), value.as_str().unwrap().parse().unwrap()))
                .collect::<Vec<(http::HeaderName, http::HeaderValue)>>()
                .into_iter()
                .collect();
            let secrets = case.get("secrets").unwrap_or(&file["secrets"]).as_array().unwrap().clone();
            let secrets: Vec<_> = secrets.iter().map(|secret| secret.as_str().unwrap()).collect();
            let body = case["body"].as_str().unwrap().as_bytes();
            match verify(&headers, body, file["now"].as_i64().unwrap(), &secrets) {
                Err(refusal) => assert_eq!(json!(refusal.to_string()), expect["reason"], "{name}"),
                Ok(message) => {
                    let read = json!({ "id": message.id, "type": message.kind, "version": message.version, "data": message.data });
                    assert_eq!(&read, expect, "{name}");
                }
            }
        }
    }

    #[test]
    fn a_secret_has_its_form() {
        for secrets in [&[][..], &["secret"], &["whsec_"], &["whsec_!"]] {
            assert_eq!(verify(&HeaderMap::new(), b"{}", 0, secrets), Err(WebhookRefusal::Secret));
        }
    }
}
