//! [`Params`] out of a query string or a form body.
//!
//! A handler that must answer in another error format takes `Result<FormParams, HttpProblem>`.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::Extensions;
use axum::http::request::Parts;

use super::body;
use crate::layers::limits::BodyLimit;
use crate::problem::HttpProblem;
use usher_protocol::params::{MAX_VALUE, Params, ParamsError};

/// The parameters of the query string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryParams(pub Params);

/// The parameters of an `application/x-www-form-urlencoded` body; 415 for any other type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormParams(pub Params);

impl<S: Sync> FromRequestParts<S> for QueryParams {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Params::decode(parts.uri.query().unwrap_or_default().as_bytes())?))
    }
}

impl<S: Sync> FromRequest<S> for FormParams {
    type Rejection = HttpProblem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        body::require_media_type(request.headers(), "application/x-www-form-urlencoded")?;
        let longest = longest_value(request.extensions());
        Ok(Self(Params::decode_up_to(&body::read(request).await?, longest)?))
    }
}

/// How long a value of a form may be: as long as the body if the route has a [`BodyLimit`] of its own, else
/// [`MAX_VALUE`].
pub fn longest_value(extensions: &Extensions) -> usize {
    extensions.get::<BodyLimit>().map_or(MAX_VALUE, |limit| limit.0)
}

impl From<ParamsError> for HttpProblem {
    fn from(error: ParamsError) -> Self {
        Self::bad_request(format!("The parameters cannot be read: {error}."))
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::routing::{get, post};
    use tower::ServiceExt as _;

    use super::*;
    use crate::layers::limits;

    async fn status(request: Request) -> StatusCode {
        let read = |FormParams(params): FormParams| async move { params.encode() };
        let router = Router::new()
            .route("/query", get(|QueryParams(params): QueryParams| async move { params.encode() }))
            .route("/form", post(read))
            .merge(limits::body(Router::new().route("/large", post(read)), BodyLimit(100_000)));
        router.oneshot(request).await.unwrap().status()
    }

    fn form(path: &str, content_type: &str, body: String) -> Request {
        Request::post(path).header("content-type", content_type).body(body.into()).unwrap()
    }

    #[tokio::test]
    async fn a_query_that_cannot_be_read_is_a_400() {
        for (uri, wanted) in [
            ("/query?a=1&b=%20", 200),
            ("/query", 200),
            ("/query?a=%ff", 400),
            ("/query?a=%00", 400),
            ("/query?%", 400),
        ] {
            let request = Request::get(uri).body(Body::empty()).unwrap();
            assert_eq!(status(request).await, wanted, "{uri}");
        }
    }

    #[tokio::test]
    async fn a_form_must_say_that_it_is_one() {
        let utf_8 = "application/x-www-form-urlencoded; charset=utf-8";
        for (content_type, wanted) in
            [(utf_8, 200), ("text/plain", 415), ("application/json", 415), ("multipart/form-data", 415)]
        {
            assert_eq!(status(form("/form", content_type, "a=1".into())).await, wanted, "{content_type}");
        }
        assert_eq!(status(form("/form", utf_8, "a=%".into())).await, 400);
        assert_eq!(status(form("/form", utf_8, "a&".repeat(101))).await, 400);
    }

    #[tokio::test]
    async fn a_route_may_have_its_own_limit() {
        let body = || ["a=1234567890"; 6].join(&"&".repeat(14_000));
        let content_type = "application/x-www-form-urlencoded";
        assert_eq!(status(form("/form", content_type, body())).await, 413);
        assert_eq!(status(form("/large", content_type, body())).await, 200);
        let long = || format!("a={}", "1".repeat(MAX_VALUE + 1));
        assert_eq!(status(form("/form", content_type, long())).await, 400);
        assert_eq!(status(form("/large", content_type, long())).await, 200, "and so long values");
    }
}
