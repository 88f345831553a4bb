//! Calls to a provider, and validation of its responses.

use oauth2::http::{self, StatusCode, header};
use serde_json::Value;
use url::Url;

use super::error::{UpstreamCause, UpstreamError};
use usher_http_client::{Outbound, OutboundRequest, OutboundResponse};

const JSON: &str = "application/json";

/// A `GET` request for JSON, with these headers.
pub(super) fn get(url: &str, headers: &[(&str, &str)]) -> Result<OutboundRequest, UpstreamError> {
    let mut request = http::Request::get(url).header(header::ACCEPT, JSON);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Vec::new()).map_err(|_| UpstreamError::misconfigured("a request cannot be written"))
}

/// Whether the provider is in trouble, so that retrying later may help.
pub(super) fn trouble(status: StatusCode) -> Result<(), UpstreamError> {
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT {
        return Err(UpstreamError::Unavailable(UpstreamCause::with("it answered with a status", status.as_str())));
    }
    if status.is_redirection() {
        return Err(UpstreamError::misbehaved("it redirected a call of ours"));
    }
    Ok(())
}

/// The JSON object in a response, whatever its status.
pub(super) fn object(answer: &OutboundResponse) -> Result<Value, UpstreamError> {
    trouble(answer.status)?;
    if !is_json(answer) {
        return Err(UpstreamError::misbehaved("its answer is not of type JSON"));
    }
    serde_json::from_slice(&answer.body).map_err(|_| UpstreamError::misbehaved("its answer is no JSON"))
}

fn is_json(answer: &OutboundResponse) -> bool {
    // Key sets and problem reports have their own types (RFC 7517 §8.5, RFC 9457 §3). Facebook uses `text/javascript`.
    [JSON, "application/jwk-set+json", "application/problem+json", "text/javascript"]
        .iter()
        .any(|kind| answer.is_of_type(kind))
}

/// Makes a call and reads the JSON of a successful response.
///
/// # Errors
/// See [`UpstreamError`]; 401 and 403 are `Misbehaved`, since the token was the provider's own.
pub(super) async fn json(outbound: &Outbound, request: OutboundRequest) -> Result<Value, UpstreamError> {
    let answer = outbound.send(request).await?;
    let value = object(&answer)?;
    if answer.status != StatusCode::OK {
        return Err(UpstreamError::Misbehaved(UpstreamCause::with(
            "it answered with a status",
            answer.status.as_str(),
        )));
    }
    Ok(value)
}

/// Adds query parameters to a URL of the provider.
pub(super) fn with_query(url: &str, pairs: &[(&str, &str)]) -> Result<String, UpstreamError> {
    let mut url = Url::parse(url).map_err(|_| UpstreamError::misconfigured("an endpoint is no address"))?;
    url.query_pairs_mut().extend_pairs(pairs);
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, kind: &'static str, body: &'static str) -> OutboundResponse {
        let headers = [(header::CONTENT_TYPE, kind.parse().unwrap())].into_iter().collect();
        OutboundResponse { status: StatusCode::from_u16(status).unwrap(), headers, body: body.into() }
    }

    #[test]
    fn only_json_is_read_and_unavailable_servers_differ_from_misbehaving_ones() {
        let word = |answer: OutboundResponse| object(&answer).map_err(|error| error.word());
        assert!(word(answer(200, "application/json; charset=utf-8", "{}")).is_ok());
        assert!(word(answer(400, "application/json", "{}")).is_ok());
        assert_eq!(word(answer(502, "text/html", "<h1>")), Err("unavailable"));
        assert_eq!(word(answer(429, "application/json", "{}")), Err("unavailable"));
        assert_eq!(word(answer(200, "text/html", "{}")), Err("misbehaved"));
        assert_eq!(word(answer(200, "application/json", "{")), Err("misbehaved"));
        assert_eq!(word(answer(302, "application/json", "{}")), Err("misbehaved"));
        let deep: &'static str = Box::leak("[".repeat(100_000).into_boxed_str());
        assert_eq!(word(answer(200, "application/json", deep)), Err("misbehaved"));
    }
}
