//! The headers that tell a browser what our pages may never do. A handler's own header stays.

use std::fmt::Write as _;

use axum::extract::Request;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use url::{Host, Url};

const POLICY_UP_TO_FORM_ACTION: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https: data:; \
     font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

const FIXED: [(HeaderName, &str); 5] = [
    (X_FRAME_OPTIONS, "DENY"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
    ),
];

/// Where a page's forms may lead besides ourselves: put into the extensions of the page's response.
///
/// Chromium holds every redirect that follows a form post to the `form-action` of the page that held the form, so the page
/// of a sign-in or consent form must name where the client will be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormAction(Vec<String>);

impl FormAction {
    /// Forms may lead to the origin of `redirect_uri`; for a private-use scheme (RFC 8252 §7.1), to that scheme.
    pub fn to(redirect_uri: &Url) -> Self {
        Self(vec![source(redirect_uri)])
    }

    /// As well as to the origin of `redirect_uri`.
    #[must_use]
    pub fn and(mut self, redirect_uri: &Url) -> Self {
        self.0.push(source(redirect_uri));
        self
    }

    /// As well as anywhere over https: for clients whose callback redirects on to an origin we do not know.
    #[must_use]
    pub fn and_any_https(mut self) -> Self {
        self.0.push("https:".to_owned());
        self
    }
}

/// A CSP source expression. Its text comes from a parsed URL, so it holds no space, quote, comma or semicolon.
fn source(uri: &Url) -> String {
    match (uri.scheme(), uri.host()) {
        // CSP has no spelling for an IPv6 address (CSP 3 §2.3.1): the scheme is the closest there is.
        (_, Some(Host::Ipv6(_))) => format!("{}:", uri.scheme()),
        ("http" | "https", Some(_)) => uri.origin().ascii_serialization(),
        (scheme, _) => format!("{scheme}:"),
    }
}

/// Sets the headers on every answer; `https` says whether the issuer is served over TLS.
pub(super) async fn set<F: Future<Output = Response>>(
    https: bool,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let mut response = next(request).await;
    let form_action = response.extensions_mut().remove::<FormAction>();
    let headers = response.headers_mut();
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, policy(form_action.as_ref()));
    }
    for (name, value) in FIXED {
        set_unless_set(headers, name, value);
    }
    if https {
        set_unless_set(headers, STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

fn set_unless_set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

fn policy(form_action: Option<&FormAction>) -> HeaderValue {
    let own = HeaderValue::from_static(POLICY_UP_TO_FORM_ACTION);
    let Some(FormAction(sources)) = form_action else { return own };
    let mut text = POLICY_UP_TO_FORM_ACTION.to_owned();
    for source in sources.iter().filter(|source| is_plain(source)) {
        // Writing into a String cannot fail.
        let _ = write!(text, " {source}");
    }
    HeaderValue::try_from(text).unwrap_or(own)
}

/// Nothing that could end the source list and start another directive.
fn is_plain(source: &str) -> bool {
    source.bytes().all(|byte| byte.is_ascii_graphic() && !b";,'\"".contains(&byte))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::{Next, from_fn};
    use axum::response::IntoResponse as _;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    async fn headers_of(path: &str, https: bool) -> HeaderMap {
        let client = Url::parse("https://rp.test/cb?x=1").unwrap();
        let router = Router::new()
            .route("/consent", get(move || async move { axum::Extension(FormAction::to(&client)) }))
            .route("/docs", get(|| async { [(CONTENT_SECURITY_POLICY, "default-src 'self'")].into_response() }));
        let router =
            router.layer(from_fn(move |request: Request, next: Next| set(https, request, |request| next.run(request))));
        router.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap().headers().clone()
    }

    #[tokio::test]
    async fn every_answer_carries_them_even_a_404() {
        let headers = headers_of("/nowhere", true).await;
        let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.ends_with("form-action 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        for (name, value) in FIXED {
            assert_eq!(headers[name], value);
        }
        assert_eq!(headers[STRICT_TRANSPORT_SECURITY], "max-age=31536000");
        assert!(!headers_of("/nowhere", false).await.contains_key(STRICT_TRANSPORT_SECURITY));
    }

    #[tokio::test]
    async fn a_handler_may_widen_form_action_or_bring_its_own_policy() {
        let consent = headers_of("/consent", true).await;
        assert!(consent[CONTENT_SECURITY_POLICY].to_str().unwrap().ends_with("form-action 'self' https://rp.test"));
        assert_eq!(headers_of("/docs", true).await[CONTENT_SECURITY_POLICY], "default-src 'self'");
    }

    #[test]
    fn a_source_is_an_origin_a_scheme_or_nothing() {
        for (uri, wanted) in [
            ("https://rp.test:8443/cb;script-src", "https://rp.test:8443"),
            ("http://127.0.0.1:51004/cb", "http://127.0.0.1:51004"),
            ("http://[::1]:51004/cb", "http:"),
            ("com.example.app:/cb", "com.example.app:"),
        ] {
            assert_eq!(source(&Url::parse(uri).unwrap()), wanted);
        }
        let policy_of = |form_action: FormAction| policy(Some(&form_action)).to_str().unwrap().to_owned();
        let widened = FormAction::default().and_any_https().and(&Url::parse("app:/").unwrap());
        assert!(policy_of(widened).ends_with("form-action 'self' https: app:"));
        for evil in ["https://a; script-src *", "a;b", "'unsafe-inline'", "a\r\nb", "é"] {
            assert!(policy_of(FormAction(vec![evil.into()])).ends_with("form-action 'self'"), "{evil}");
        }
    }
}
