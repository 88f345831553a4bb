//! Exactly one `Host`, equal to the issuer's (RFC 9112 §3.2): links, cookies and decisions never depend on another
//! name.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{ACCEPT, HOST};
use axum::http::{StatusCode, Version};
use axum::response::{IntoResponse, Response};
use url::Url;

use crate::problem::HttpProblem;
use usher_domain::urls;
use usher_protocol::endpoints;

/// Responds to a request for another host.
pub type OtherHost = Arc<dyn Fn(MisdirectedRequest<'_>) -> Response + Send + Sync>;

/// A request for another host.
#[derive(Debug, Clone, Copy)]
pub struct MisdirectedRequest<'a> {
    /// The host as sent, which is untrusted input.
    pub host: &'a str,
    /// Whether the client accepts HTML; others get JSON.
    pub reads_html: bool,
}

/// The default response to another host: 400, naming neither host.
pub fn refuse_other_host() -> OtherHost {
    Arc::new(|_| {
        HttpProblem::new(StatusCode::BAD_REQUEST, "HOST_UNKNOWN", "This host is not served here.").into_response()
    })
}

/// The authority that requests must name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Authority {
    host: String,
    port: Option<u16>,
    default_port: Option<u16>,
}

impl Authority {
    fn of(issuer: &Url) -> Self {
        let default_port = match issuer.scheme() {
            "https" => Some(443),
            "http" => Some(80),
            _ => None,
        };
        let host = issuer.host_str().unwrap_or_default().to_ascii_lowercase();
        Self { host, port: issuer.port_or_known_default(), default_port }
    }

    /// Whether `text`, a `Host` value or the authority of an absolute-form target, names this authority.
    fn is_named_by(&self, text: &str) -> bool {
        // The colons inside an IPv6 literal are no port separators.
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (text, None),
        };
        let port = match port {
            None | Some("") => self.default_port,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => match digits.parse() {
                Ok(port) => Some(port),
                Err(_) => return false,
            },
            Some(_) => return false,
        };
        host.eq_ignore_ascii_case(&self.host) && port == self.port
    }
}

/// The host that is served, and the response to requests for others.
pub(super) struct HostRule {
    authority: Authority,
    /// Where clients present certificates, if that is not the issuer's.
    mutual_tls: Option<Authority>,
    other_host: OtherHost,
}

impl HostRule {
    /// Serves the host of `issuer`; on that of `mutual_tls` only what clients call.
    pub(super) fn new(issuer: &Url, mutual_tls: Option<&Url>, other_host: OtherHost) -> Self {
        Self { authority: Authority::of(issuer), mutual_tls: mutual_tls.map(Authority::of), other_host }
    }

    fn is_served(&self, authority: &str, path: &str) -> bool {
        let for_clients = || endpoints::MUTUAL_TLS.contains(&path) || path.starts_with(urls::API);
        let on_other = |other: &Authority| other.is_named_by(authority) && for_clients();
        self.authority.is_named_by(authority) || self.mutual_tls.as_ref().is_some_and(on_other)
    }
}

/// Passes only requests for the issuer's authority; requests under `/health/` and `/static/` may name any one host.
pub(super) async fn check<F: Future<Output = Response>>(
    rule: &HostRule,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    // Probes may use any host, and the error page that names the right host needs its style sheet.
    let is_probe = [urls::HEALTH, urls::STATIC].into_iter().any(|open| request.uri().path().starts_with(open));
    let mut hosts = request.headers().get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok(),
        // Load balancers probe with HTTP/1.0, which has no Host.
        (None, _) if is_probe && request.version() == Version::HTTP_10 => Some(""),
        _ => None,
    };
    let Some(host) = host else {
        return HttpProblem::bad_request("Exactly one Host header is needed.").into_response();
    };
    if is_probe {
        return next(request).await;
    }
    let path = request.uri().path();
    if request.uri().authority().is_some_and(|target| !rule.is_served(target.as_str(), path)) {
        return HttpProblem::bad_request("The request target names another host.").into_response();
    }
    if !rule.is_served(host, path) {
        let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
        let reads_html = accept.is_some_and(|accept| accept.contains("text/html"));
        tracing::info!("refused: the request names another host than the issuer's");
        return (rule.other_host)(MisdirectedRequest { host, reads_html });
    }
    next(request).await
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::{Next, from_fn};
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    fn named(issuer: &str, text: &str) -> bool {
        Authority::of(&Url::parse(issuer).unwrap()).is_named_by(text)
    }

    #[test]
    fn the_default_port_may_be_written_or_left_out() {
        for good in ["id.example", "ID.Example", "id.example:443", "id.example:"] {
            assert!(named("https://id.example", good), "{good}");
        }
        assert!(named("http://localhost:8080", "LOCALHOST:8080"));
        assert!(named("http://[::1]:8080/", "[::1]:8080"));
        assert!(named("https://[::1]/", "[::1]"));
    }

    #[test]
    fn every_other_name_is_another_host() {
        for bad in [
            "",
            ":",
            ":443",
            "id.example:80",
            "id.example:8443",
            "id.example.",
            "evil.example",
            "id.example.evil",
            "x@id.example",
            "id.example:443:443",
            "id.example:+443",
            "id.example:99999",
            "id.example:4 43",
            " id.example",
            "id.example, evil",
        ] {
            assert!(!named("https://id.example", bad), "{bad}");
        }
        assert!(!named("http://localhost:8080", "localhost"));
        assert!(!named("http://[::1]:8080/", "[::1]"));
    }

    #[test]
    fn where_clients_present_certificates_there_are_no_pages() {
        let (issuer, other) =
            (Url::parse("https://id.example").unwrap(), Url::parse("https://id.example:8443").unwrap());
        let rule = HostRule::new(&issuer, Some(&other), refuse_other_host());
        for (host, path, served) in [
            ("id.example:8443", "/oauth2/token", true),
            ("id.example:8443", "/api/v1/me", true),
            ("id.example:8443", "/oauth2/authorize", false),
            ("id.example:8443", "/login", false),
            ("id.example:8443", "/oauth2/tokens", false),
            ("id.example:9", "/oauth2/token", false),
            ("id.example", "/login", true),
        ] {
            assert_eq!(rule.is_served(host, path), served, "{host}{path}");
        }
    }

    async fn status(path: &str, hosts: &[&str]) -> (StatusCode, Option<String>) {
        let router = Router::new().route("/", get(|| async { "in" })).route("/health/live", get(|| async { "alive" }));
        let other: OtherHost =
            Arc::new(|wrong| (StatusCode::MISDIRECTED_REQUEST, [("x-asked", wrong.host.to_owned())]).into_response());
        let rule = Arc::new(HostRule::new(&Url::parse("https://id.example").unwrap(), None, other));
        let router = router.layer(from_fn(move |request: Request, next: Next| {
            let rule = rule.clone();
            async move { check(&rule, request, |request| next.run(request)).await }
        }));
        let mut request = Request::get(path).body(Body::empty()).unwrap();
        for host in hosts {
            request.headers_mut().append(HOST, host.parse().unwrap());
        }
        let response = router.oneshot(request).await.unwrap();
        (response.status(), response.headers().get("x-asked").map(|host| host.to_str().unwrap().to_owned()))
    }

    #[tokio::test]
    async fn exactly_one_host_and_the_issuers() {
        assert_eq!(status("/", &["id.example"]).await.0, StatusCode::OK);
        assert_eq!(status("/", &[]).await.0, StatusCode::BAD_REQUEST);
        assert_eq!(status("/", &["id.example", "id.example"]).await.0, StatusCode::BAD_REQUEST);
        assert_eq!(status("/", &["evil"]).await, (StatusCode::MISDIRECTED_REQUEST, Some("evil".into())));
    }

    #[tokio::test]
    async fn an_absolute_target_must_agree() {
        assert_eq!(status("https://id.example/", &["id.example"]).await.0, StatusCode::OK);
        assert_eq!(status("https://evil/", &["id.example"]).await.0, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn probes_may_use_any_one_name() {
        assert_eq!(status("/health/live", &["10.0.0.7:8080"]).await.0, StatusCode::OK);
        assert_eq!(status("/health/live", &["a", "b"]).await.0, StatusCode::BAD_REQUEST);
        assert_eq!(status("/health/live", &[]).await.0, StatusCode::BAD_REQUEST);
    }
}
