//! Bodies of requests.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use usher_http_server::extract::json::JsonBody;
use usher_http_server::problem::HttpProblem;

/// A JSON body. Unlike [`JsonBody`], any other content type is a 400: the standard has no 415.
pub struct AccessBody<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for AccessBody<T> {
    type Rejection = HttpProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        match JsonBody::from_request(request, state).await {
            Ok(JsonBody(body)) => Ok(Self(body)),
            Err(problem) if problem.status == StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Err(HttpProblem { status: StatusCode::BAD_REQUEST, ..problem })
            }
            Err(problem) => Err(problem),
        }
    }
}
