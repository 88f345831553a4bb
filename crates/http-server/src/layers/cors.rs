//! Cross-origin requests (Fetch §3.2), configured for each group of routes.
//!
//! Never allowed on `/oauth2/authorize` (RFC 9700 §2.6); unregistered origins are never reflected. Requests with
//! credentials are for first-party applications at the API, and for the token endpoint, which reads and sets no
//! cookie.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use futures_util::future::BoxFuture;

use crate::problem::HttpProblem;

/// Swagger UI and others send `X-Requested-With` along.
const ALLOWED_HEADERS: &str =
    "authorization, content-type, dpop, idempotency-key, if-match, if-none-match, x-requested-with";
const EXPOSED_HEADERS: &str = "x-trace-id, www-authenticate, dpop-nonce, retry-after, etag, idempotent-replayed";

type Predicate = Arc<dyn Fn(String) -> BoxFuture<'static, bool> + Send + Sync>;

/// The origins that may call a group of routes.
#[derive(Clone)]
pub struct Cors {
    origins: Origins,
    methods: HeaderValue,
    /// The registered origins whose requests may carry cookies.
    with_cookies: Option<Predicate>,
}

#[derive(Clone)]
enum Origins {
    Any,
    Registered(Predicate),
}

fn named(methods: &[Method]) -> HeaderValue {
    let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    // Method names are tokens, so that a list of them is a valid header value.
    HeaderValue::try_from(names.join(", ")).unwrap_or(HeaderValue::from_static("GET"))
}

impl Cors {
    /// Allows any origin to read: for public documents such as discovery and the JWK set.
    pub fn public() -> Self {
        Self { origins: Origins::Any, methods: HeaderValue::from_static("GET, HEAD"), with_cookies: None }
    }

    /// Allows any origin: for endpoints that read no cookie.
    pub fn any(methods: &[Method]) -> Self {
        Self { origins: Origins::Any, methods: named(methods), with_cookies: None }
    }

    /// Allows only origins that `is_registered` accepts. It is called with the origin as the browser spells it.
    pub fn registered<F, Answer>(methods: &[Method], is_registered: F) -> Self
    where
        F: Fn(String) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = bool> + Send + 'static,
    {
        let methods = named(methods);
        let predicate: Predicate = Arc::new(move |origin| Box::pin(is_registered(origin)));
        Self { origins: Origins::Registered(predicate), methods, with_cookies: None }
    }

    /// Allows the registered origins that `may` accepts to send and receive cookies. The cookies are `SameSite=Lax`,
    /// so that browsers send them from the same site only.
    #[must_use]
    pub fn with_cookies<F, Answer>(self, may: F) -> Self
    where
        F: Fn(String) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = bool> + Send + 'static,
    {
        Self { with_cookies: Some(Arc::new(move |origin| Box::pin(may(origin)))), ..self }
    }

    /// May requests of this allowed origin carry cookies?
    async fn allows_cookies(&self, origin: Option<&HeaderValue>) -> bool {
        let (Some(may), Some(Ok(origin))) = (&self.with_cookies, origin.map(HeaderValue::to_str)) else { return false };
        may(origin.to_owned()).await
    }

    /// The value of `Access-Control-Allow-Origin`, if any.
    async fn allowed_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let Origins::Registered(is_registered) = &self.origins else { return Some(HeaderValue::from_static("*")) };
        let mut origins = headers.get_all(ORIGIN).iter();
        let (only, None) = (origins.next()?, origins.next()) else { return None };
        let text = only.to_str().ok().filter(|text| *text != "null")?;
        is_registered(text.to_owned()).await.then(|| only.clone())
    }
}

/// Answers preflight requests for `router` and adds CORS headers to its responses.
pub fn wrap<S: Clone + Send + Sync + 'static>(router: Router<S>, cors: Cors) -> Router<S> {
    // No handler takes OPTIONS, so the fallback must be inside the layer.
    let router = router.method_not_allowed_fallback(|| async { HttpProblem::method_not_allowed() });
    router.layer(from_fn_with_state(cors, apply))
}

async fn apply(State(cors): State<Cors>, request: Request, next: Next) -> Response {
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let allowed = cors.allowed_origin(request.headers()).await;
    let with_cookies = cors.allows_cookies(allowed.as_ref()).await;
    let mut response = if is_preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    if matches!(cors.origins, Origins::Registered(_)) {
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
    let Some(origin) = allowed else { return response };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if with_cookies {
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    if is_preflight {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, cors.methods);
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED_HEADERS));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    } else {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS));
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::{get, post};
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(method: Method, path: &str, origins: &[&str], preflight: bool) -> (StatusCode, HeaderMap) {
        let token = Router::new().route("/token", post(|| async { "token" }));
        let cors = Cors::registered(&[Method::POST], |origin| async move { origin == "https://spa.test" });
        let jwks = wrap(Router::new().route("/jwks", get(|| async { "keys" })), Cors::public());
        let router = wrap(token, cors).merge(jwks).route("/authorize", get(|| async { "page" }));
        let mut request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        for origin in origins {
            request.headers_mut().append(ORIGIN, origin.parse().unwrap());
        }
        if preflight {
            request.headers_mut().insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("POST"));
        }
        let response = router.oneshot(request).await.unwrap();
        assert!(!response.headers().contains_key(ACCESS_CONTROL_ALLOW_CREDENTIALS));
        (response.status(), response.headers().clone())
    }

    #[tokio::test]
    async fn a_registered_origin_is_echoed_and_nothing_else() {
        let (_, headers) = ask(Method::POST, "/token", &["https://spa.test"], false).await;
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], "https://spa.test");
        assert_eq!(headers[VARY], "Origin");
        let strangers: [&[&str]; 6] = [
            &[],
            &["null"],
            &["https://spa.test.evil"],
            &["HTTPS://SPA.TEST"],
            &["https://spa.test", "https://spa.test"],
            &["*"],
        ];
        for origins in strangers {
            let (status, headers) = ask(Method::POST, "/token", origins, false).await;
            assert_eq!(status, StatusCode::OK);
            assert!(!headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN), "{origins:?}");
            assert_eq!(headers[VARY], "Origin", "{origins:?}");
        }
    }

    #[tokio::test]
    async fn cookies_are_for_the_origins_that_may_have_them_and_for_no_others() {
        let cors = Cors::registered(&[Method::POST], |origin| async move { origin != "https://unregistered" })
            .with_cookies(|origin| async move { origin == "https://own.test" || origin == "https://unregistered" });
        let router = wrap(Router::new().route("/me", get(|| async { "me" })), cors);
        let with = async |origin: &'static str| {
            let mut request = Request::get("/me").body(Body::empty()).unwrap();
            request.headers_mut().insert(ORIGIN, HeaderValue::from_static(origin));
            let answer = router.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.headers()[VARY], "Origin");
            answer.headers().contains_key(ACCESS_CONTROL_ALLOW_CREDENTIALS)
        };
        assert!(with("https://own.test").await);
        for other in ["https://other.test", "https://unregistered", "null", "https://own.test.evil", "*"] {
            assert!(!with(other).await, "{other}");
        }
    }

    #[tokio::test]
    async fn a_preflight_is_answered_before_the_handler() {
        let (status, headers) = ask(Method::OPTIONS, "/token", &["https://spa.test"], true).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_METHODS], "POST");
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_HEADERS], ALLOWED_HEADERS);
        assert!(ALLOWED_HEADERS.contains("x-requested-with"), "the token request of Swagger UI is refused without");
        let (_, headers) = ask(Method::OPTIONS, "/token", &["https://evil"], true).await;
        assert!(!headers.contains_key(ACCESS_CONTROL_ALLOW_METHODS));
    }

    #[tokio::test]
    async fn public_documents_are_for_anyone_and_pages_for_nobody() {
        let (_, headers) = ask(Method::GET, "/jwks", &["https://anyone"], false).await;
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        let (_, headers) = ask(Method::GET, "/authorize", &["https://spa.test"], false).await;
        assert!(!headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
    }
}
