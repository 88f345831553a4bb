//! Reads a request body of the required content type, within the size limit and the deadline.

use std::error::Error;

use axum::body::{Bytes, HttpBody as _};
use axum::extract::Request;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::layers::deadline::BodyTooSlow;
use crate::layers::limits::BodyLimit;
use crate::problem::HttpProblem;
use usher_protocol::ows;

/// Reads the whole body. 413 beyond the [`BodyLimit`] of the route, 408 past the deadline, 400 if it ends early.
pub async fn read(request: Request) -> Result<Bytes, HttpProblem> {
    let limit = request.extensions().get::<BodyLimit>().copied().unwrap_or_default();
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let most = u64::try_from(limit.0).unwrap_or(u64::MAX);
    if announced.unwrap_or(0).max(request.body().size_hint().lower()) > most {
        return Err(limit.exceeded());
    }
    match Limited::new(request.into_body(), limit.0).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) => Err(read_failure(&*error, limit)),
    }
}

/// Why a body was not read to its end.
pub(super) fn read_failure(error: &(dyn Error + 'static), limit: BodyLimit) -> HttpProblem {
    if has_cause::<LengthLimitError>(error) {
        limit.exceeded()
    } else if has_cause::<BodyTooSlow>(error) {
        HttpProblem::new(StatusCode::REQUEST_TIMEOUT, "BODY_TOO_SLOW", "The body did not arrive in time.")
    } else {
        HttpProblem::bad_request("The body could not be read to its end.")
    }
}

fn has_cause<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<E>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// 415 unless the request carries exactly the media type `wanted`, in UTF-8 and not compressed.
pub fn require_media_type(headers: &HeaderMap, wanted: &'static str) -> Result<(), HttpProblem> {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let is_wanted = match (types.next(), types.next()) {
        (Some(only), None) => only.to_str().is_ok_and(|text| is_media_type(text, wanted)),
        _ => false,
    };
    let is_plain =
        headers.get_all(CONTENT_ENCODING).iter().all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if is_wanted && is_plain {
        return Ok(());
    }
    let message = format!("The body must be {wanted} in UTF-8, not compressed.");
    Err(HttpProblem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "CONTENT_TYPE_UNSUPPORTED", message))
}

/// `type/subtype` and, at most, `charset=utf-8` (RFC 9110 §8.3.1).
fn is_media_type(text: &str, wanted: &str) -> bool {
    let mut parts = text.split(';').map(ows::trim);
    let essence = parts.next().unwrap_or_default();
    essence.eq_ignore_ascii_case(wanted)
        && parts.filter(|parameter| !parameter.is_empty()).all(|parameter| {
            parameter.eq_ignore_ascii_case("charset=utf-8") || parameter.eq_ignore_ascii_case("charset=\"utf-8\"")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_wanted_type_in_utf_8_passes() {
        let json = "application/json";
        for good in [
            json,
            "Application/JSON",
            "application/json; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
            "application/json;",
        ] {
            assert!(is_media_type(good, json), "{good}");
        }
        for bad in [
            "",
            ";",
            "text/plain",
            "application/jsonx",
            "application/json; charset=utf-16",
            "application/json; x=y",
            "application/json, text/plain",
        ] {
            assert!(!is_media_type(bad, json), "{bad}");
        }
    }

    #[test]
    fn a_missing_a_second_or_a_compressed_type_is_refused() {
        let check = |pairs: &[(axum::http::HeaderName, &str)]| {
            let headers: HeaderMap = pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
            require_media_type(&headers, "text/plain").map_err(|problem| problem.status)
        };
        let unsupported = Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(check(&[(CONTENT_TYPE, "text/plain")]), Ok(()));
        assert_eq!(check(&[]), unsupported);
        assert_eq!(check(&[(CONTENT_TYPE, "text/plain"), (CONTENT_TYPE, "text/plain")]), unsupported);
        assert_eq!(check(&[(CONTENT_TYPE, "text/plain"), (CONTENT_ENCODING, "gzip")]), unsupported);
    }
}
