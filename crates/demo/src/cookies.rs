//! The demo's three cookies: the session, the browser that a sign-in began in, and a pause of silent attempts.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite, time::Duration};

use super::Shop;

/// How long no silent attempt is made after a failed one. Long enough to break any redirect loop, short enough to
/// notice a sign-in at the other demo.
pub const PAUSE: Duration = Duration::seconds(10);

/// How long a sign-in may take.
pub const SIGN_IN: Duration = Duration::minutes(10);

/// The names of one demo's cookies.
pub struct DemoCookieNames<'a>(&'a str);

impl Shop {
    /// The names of this demo's cookies.
    pub fn cookies(&self) -> DemoCookieNames<'_> {
        DemoCookieNames(&self.cookie)
    }
}

impl DemoCookieNames<'_> {
    /// The cookie of the local session.
    pub fn session(&self) -> String {
        self.0.to_owned()
    }

    /// The cookie that binds a sign-in to the browser it began in.
    pub fn browser(&self) -> String {
        format!("{}_flow", self.0)
    }

    /// The cookie that prevents silent attempts.
    pub fn quiet(&self) -> String {
        format!("{}_quiet", self.0)
    }
}

/// The value of cookie `name` in a request.
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// A `Set-Cookie` value; without `life` the cookie ends with the browser session.
pub fn set(name: String, value: String, life: Option<Duration>) -> HeaderValue {
    let mut cookie = Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax).build();
    if let Some(life) = life {
        cookie.set_max_age(life);
    }
    HeaderValue::from_str(&cookie.to_string()).unwrap_or(HeaderValue::from_static(""))
}

/// A `Set-Cookie` value that deletes the cookie.
pub fn remove(name: String) -> HeaderValue {
    set(name, String::new(), Some(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(line: &'static [u8]) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_bytes(line).expect("a header value"))])
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        assert_eq!(read(&headers(b"demo_b=x; demo_a=y; demo_a_flow=z"), "demo_a").as_deref(), Some("y"));
    }

    #[test]
    fn garbage_holds_no_cookie() {
        for line in [&b"\xff\xfe"[..], b";;;=;", b"demo_a", b"=demo_a"] {
            let headers = HeaderMap::from_iter([(
                header::COOKIE,
                HeaderValue::from_bytes(line).unwrap_or(HeaderValue::from_static("")),
            )]);
            assert_eq!(read(&headers, "demo_a"), None);
        }
    }

    #[test]
    fn every_cookie_is_kept_from_scripts_and_from_cross_site_posts() {
        let line = set("demo_a".to_owned(), "v".to_owned(), Some(PAUSE));
        assert_eq!(line.to_str().expect("ascii"), "demo_a=v; HttpOnly; SameSite=Lax; Path=/; Max-Age=10");
    }
}
