//! State-changing requests must come from this server's own pages.
//!
//! For routers of HTML pages only. `/oauth2/token`, `POST /oauth2/authorize` and `form_post` callbacks are cross-site
//! by design. A request with neither `Sec-Fetch-Site` nor `Origin` passes: the form's own token is checked as well.

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use tower_http::csrf::{ConfigError, CsrfLayer, ProtectionError};
use url::Url;

use crate::problem::HttpProblem;

/// Rejects cross-site and same-site requests to `router` with a method other than GET, HEAD and OPTIONS.
///
/// # Errors
/// If `issuer` has no http origin.
pub fn wrap<S: Clone + Send + Sync + 'static>(router: Router<S>, issuer: &Url) -> Result<Router<S>, ConfigError> {
    let layer = CsrfLayer::new().add_trusted_origin(issuer.origin().ascii_serialization())?;
    Ok(router.layer(layer.with_rejection_response(refuse)))
}

fn refuse(_: ProtectionError) -> Response {
    HttpProblem::new(StatusCode::FORBIDDEN, "CROSS_SITE", "This request did not come from one of our own pages.")
        .into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::Request;
    use axum::http::Method;
    use axum::routing::any;
    use tower::ServiceExt as _;

    use super::*;

    async fn status(method: Method, headers: &[(&str, &str)]) -> StatusCode {
        let router = Router::new().route("/login", any(|| async { "in" }));
        let router = wrap(router, &Url::parse("https://id.example:443/").unwrap()).unwrap();
        let mut request = Request::builder().method(method).uri("/login").header("host", "id.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn posts_from_elsewhere_are_refused() {
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "SAME-ORIGIN")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://evil")],
            &[("origin", "https://evil")],
            &[("origin", "null")],
            &[("origin", "https://id.example.evil")],
            &[("origin", "https://id.example:8443")],
        ] {
            for method in [Method::POST, Method::DELETE, Method::PUT, Method::PATCH] {
                assert_eq!(status(method, headers).await, StatusCode::FORBIDDEN, "{headers:?}");
            }
            assert_eq!(status(Method::GET, headers).await, StatusCode::OK, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn posts_of_our_own_pages_and_of_programs_pass() {
        for headers in [
            &[][..],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://id.example")],
        ] {
            assert_eq!(status(Method::POST, headers).await, StatusCode::OK, "{headers:?}");
        }
    }

    #[test]
    fn an_issuer_without_an_origin_is_refused() {
        assert!(wrap(Router::<()>::new(), &Url::parse("data:text/plain,x").unwrap()).is_err());
    }
}
