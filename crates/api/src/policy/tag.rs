//! `ETag` and `If-Match` of documents.

use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::ApiResult;
use usher_accounts::{FlowError, Rejected};
use usher_domain::id::ProjectId;
use usher_http_server::conditional;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// The header `ETag` of a document.
pub fn header(etag: &str) -> [(HeaderName, HeaderValue); 1] {
    // Tags consist of digits, letters and a hyphen.
    [(ETAG, HeaderValue::try_from(format!("\"{etag}\"")).unwrap_or(HeaderValue::from_static("\"\"")))]
}

/// The tag that the draft must still have when it is changed; `None` for `If-Match: *`, which any version satisfies. A
/// change must name what it is based on (RFC 9110 §13.1.1, RFC 6585 §3).
///
/// # Errors
/// 428 without the header, 412 if it does not name the draft as it is now.
pub async fn basis(app: &App, project: ProjectId, headers: &HeaderMap) -> ApiResult<Option<String>> {
    if !headers.contains_key(IF_MATCH) {
        let words = "If-Match is missing: send the ETag of what you have seen.";
        return Err(HttpProblem::new(StatusCode::PRECONDITION_REQUIRED, "PRECONDITION_REQUIRED", words));
    }
    if conditional::is_any(headers) {
        return Ok(None);
    }
    let etag = app.usher.policies.policy_draft(project).await?.etag;
    if conditional::may_change(headers, &format!("\"{etag}\"")) {
        Ok(Some(etag))
    } else {
        Err(FlowError::from(Rejected::Superseded).into())
    }
}
