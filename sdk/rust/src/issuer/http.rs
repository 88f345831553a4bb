use std::time::Duration;

use reqwest::header::{ETAG, LOCATION, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// The timeout of a call that is not a long poll.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest document: metadata, keys, tokens.
pub(crate) const MAX_DOCUMENT: usize = 1 << 20;
/// The largest snapshot; 200,000 entries are about half of it.
pub(crate) const MAX_SNAPSHOT: usize = 64 << 20;
/// The longest time to wait that is believed.
const LONGEST_RETRY: u64 = 3600;

/// An answer of Usher: 200, 202 or 304.
pub(crate) struct Answer {
    pub(crate) what: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) etag: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, IssuerError> {
        serde_json::from_slice(&self.body).map_err(|error| self.unreadable(&error))
    }

    pub(crate) fn unreadable(&self, fault: &dyn std::fmt::Display) -> IssuerError {
        IssuerError::Unreadable(format!("{}: {fault}", self.what))
    }
}

/// A call of Usher that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IssuerError {
    #[error("{what}: {cause}")]
    Unreachable { what: &'static str, cause: String },
    #[error("{what} answered {status} {code}")]
    Status { what: &'static str, status: StatusCode, code: String, retry_after: Option<Duration> },
    /// An answer that means nothing.
    #[error("{0}")]
    Unreadable(String),
    /// Something that no retry solves: the options do not fit this issuer.
    #[error("{0}")]
    Misfit(String),
    /// A cache or an instance of Usher publishes an old key set.
    #[error("the key set still has a revoked key")]
    KeysOutdated,
}

impl IssuerError {
    pub(crate) const fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    pub(crate) const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether a retry is of no use.
    pub(crate) fn is_final(&self) -> bool {
        self.status().is_some_and(|status| {
            status.is_client_error() && !matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
        })
    }

    /// A misfit if the answer has one of these statuses.
    pub(crate) fn explained(self, question: &str, statuses: &[u16]) -> Self {
        if self.status().is_some_and(|status| statuses.contains(&status.as_u16())) {
            return Self::Misfit(format!("{self}: {question}"));
        }
        self
    }
}

/// Sends a request. Any status but 200, 202 and 304 is an error.
pub(crate) async fn call(
    what: &'static str,
    request: RequestBuilder,
    timeout: Duration,
    limit: usize,
) -> Result<Answer, IssuerError> {
    let unreachable = |error: reqwest::Error| IssuerError::Unreachable { what, cause: chain(&error.without_url()) };
    let mut response = request.timeout(timeout).send().await.map_err(unreachable)?;
    let mut body = vec![];
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        body.extend_from_slice(&chunk);
        if body.len() > limit {
            return Err(IssuerError::Unreadable(format!("{what} is larger than {limit} bytes")));
        }
    }
    match response.status() {
        StatusCode::OK | StatusCode::ACCEPTED | StatusCode::NOT_MODIFIED => {
            let etag = header(&response, ETAG).unwrap_or_default().to_owned();
            Ok(Answer { what, status: response.status(), etag, body })
        }
        status if status.is_redirection() => {
            let to = header(&response, LOCATION).unwrap_or_default();
            Err(IssuerError::Misfit(format!("{what} is redirected to `{to}`")))
        }
        _ => Err(failure(what, &response, &body)),
    }
}

/// The error of a response that is not as expected.
pub(crate) fn failure(what: &'static str, response: &Response, body: &[u8]) -> IssuerError {
    let seconds: Option<u64> = header(response, RETRY_AFTER).and_then(|seconds| seconds.parse().ok());
    let said: Json = serde_json::from_slice(body).unwrap_or_default();
    // RFC 6749 §5.2, or a problem of the API.
    let code = said["error"].as_str().or(said["code"].as_str()).unwrap_or_default().to_owned();
    let retry_after = seconds.map(|seconds| Duration::from_secs(seconds.min(LONGEST_RETRY)));
    IssuerError::Status { what, status: response.status(), code, retry_after }
}

fn header(response: &Response, name: reqwest::header::HeaderName) -> Option<&str> {
    response.headers().get(name)?.to_str().ok()
}

/// An error with its causes.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
