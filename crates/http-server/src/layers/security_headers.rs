//! Security headers of every response. A header that a handler has set is kept.

use axum::extract::Request;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use axum::response::Response;

use usher_domain::urls;
use usher_protocol::endpoints;

/// The directives that every page's content security policy shares.
macro_rules! policy {
    ($($directive:literal),*) => {
        concat!(
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' https: data:; \
             font-src 'self'; base-uri 'none'",
            $("; ", $directive),*
        )
    };
}

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

const FIXED: [(HeaderName, &str); 3] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
    ),
];

/// Pages that a client may open in a popup whose opener waits for the result. With `Cross-Origin-Opener-Policy` the
/// result page would lose `window.opener` for good.
const IN_POPUPS: [&str; 9] = [
    endpoints::AUTHORIZE,
    endpoints::END_SESSION,
    urls::LOGIN,
    urls::REGISTER,
    urls::VERIFY,
    urls::RECOVER,
    urls::CONSENT,
    urls::LOGOUT,
    urls::UPSTREAM,
];

/// Account pages that are also shown during a client's authorization request.
const IN_POPUPS_OF_A_REQUEST: [&str; 3] = [urls::TOTP, urls::NEW_PASSKEY, urls::RECOVERY_CODES];

/// Marks a response, by its extensions, as a page that replaces a redirect. It contains nothing but the parameters of
/// the next URL, so it may be framed wherever a redirect may happen, including the hidden frame of a `prompt=none`
/// request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuation {
    /// By a link.
    ByAddress,
    /// By a form. Its policy has no `form-action`, because browsers apply it to every redirect that follows the post,
    /// and where a client's callback redirects to is not known here.
    ByForm,
}

/// Marks a response, by its extensions, as a page with a frame for another page of this server, or as the page in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    Frames,
    /// It has no form.
    Framed,
}

impl Framing {
    const fn policy(self) -> &'static str {
        match self {
            Self::Frames => policy!("frame-ancestors 'none'", "form-action 'self'", "frame-src 'self'"),
            Self::Framed => policy!("frame-ancestors 'self'", "form-action 'none'"),
        }
    }
}

impl Continuation {
    const fn policy(leads_on: Option<Self>) -> &'static str {
        match leads_on {
            None => policy!("frame-ancestors 'none'", "form-action 'self'"),
            Some(Self::ByAddress) => policy!("form-action 'self'"),
            Some(Self::ByForm) => policy!(),
        }
    }
}

/// Sets the headers on every response; `https` says whether the issuer is served over TLS.
pub(super) async fn set<F: Future<Output = Response>>(
    https: bool,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let keeps_opener = keeps_opener(request.uri());
    let mut response = next(request).await;
    let leads_on = response.extensions_mut().remove::<Continuation>();
    let framing = response.extensions_mut().remove::<Framing>();
    let headers = response.headers_mut();
    let policy = framing.map_or_else(|| Continuation::policy(leads_on), Framing::policy);
    set_unless_set(headers, CONTENT_SECURITY_POLICY, policy);
    if framing == Some(Framing::Framed) {
        set_unless_set(headers, X_FRAME_OPTIONS, "SAMEORIGIN");
    }
    for (name, value) in FIXED {
        set_unless_set(headers, name, value);
    }
    if leads_on.is_none() {
        set_unless_set(headers, X_FRAME_OPTIONS, "DENY");
    }
    if !keeps_opener {
        set_unless_set(headers, OPENER_POLICY, "same-origin");
    }
    if https {
        set_unless_set(headers, STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// Is this a URL of [`IN_POPUPS`]? Every response to it, errors and redirects included, keeps the opener.
fn keeps_opener(uri: &Uri) -> bool {
    let under = |page: &str| uri.path().strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let of_request = || uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("interaction=")));
    IN_POPUPS.into_iter().any(under) || (IN_POPUPS_OF_A_REQUEST.contains(&uri.path()) && of_request())
}

fn set_unless_set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
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
        let router = Router::new()
            .route("/hop", get(|| async { axum::Extension(Continuation::ByAddress) }))
            .route("/form", get(|| async { axum::Extension(Continuation::ByForm) }))
            .route("/frames", get(|| async { axum::Extension(Framing::Frames) }))
            .route("/framed", get(|| async { axum::Extension(Framing::Framed) }))
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
        for (name, value) in FIXED.into_iter().chain([(X_FRAME_OPTIONS, "DENY"), (OPENER_POLICY, "same-origin")]) {
            assert_eq!(headers[name], value);
        }
        assert_eq!(headers[STRICT_TRANSPORT_SECURITY], "max-age=31536000");
        assert!(!headers_of("/nowhere", false).await.contains_key(STRICT_TRANSPORT_SECURITY));
    }

    #[tokio::test]
    async fn a_page_in_place_of_a_redirect_may_be_framed_and_only_its_form_may_lead_anywhere() {
        let by_address = headers_of("/hop", true).await;
        let policy = by_address[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.ends_with("; form-action 'self'") && !policy.contains("frame-ancestors"), "{policy}");
        assert!(!by_address.contains_key(X_FRAME_OPTIONS));
        let by_form = headers_of("/form", true).await;
        let policy = by_form[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("form-action"), "{policy}");
        assert_eq!(headers_of("/docs", true).await[CONTENT_SECURITY_POLICY], "default-src 'self'");
    }

    #[tokio::test]
    async fn only_a_page_of_this_server_may_show_one_in_a_frame() {
        let frames = headers_of("/frames", true).await;
        assert!(frames[CONTENT_SECURITY_POLICY].to_str().unwrap().ends_with("frame-src 'self'"));
        assert_eq!(frames[X_FRAME_OPTIONS], "DENY");
        let framed = headers_of("/framed", true).await;
        let policy = framed[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.ends_with("frame-ancestors 'self'; form-action 'none'"), "{policy}");
        assert_eq!(framed[X_FRAME_OPTIONS], "SAMEORIGIN");
    }

    #[test]
    fn only_pages_that_clients_open_in_popups_keep_their_opener() {
        for path in [
            "/oauth2/authorize?client_id=x",
            "/oauth2/logout",
            "/login",
            "/login/second?pending=x",
            "/login/accounts",
            "/login/enrol",
            "/recover/reset?token=x",
            "/upstream/google/start",
            "/upstream/google/callback?code=x",
            "/upstream/ask?q=x",
            "/account/security/totp?interaction=x",
            "/account/security/codes?interaction=x&show=x",
        ] {
            assert!(keeps_opener(&path.parse().unwrap()), "{path}");
        }
        for path in [
            "/",
            "/account/profile",
            "/account/security",
            "/account/security/totp",
            "/account/security/totp?next=interaction=x",
            "/account/security/remove-totp?interaction=x",
            "/console",
            "/setup/x",
            "/docs",
            "/loginx",
            "/oauth2/token",
        ] {
            assert!(!keeps_opener(&path.parse().unwrap()), "{path}");
        }
    }
}
