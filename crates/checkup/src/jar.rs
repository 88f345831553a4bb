//! The cookies of one browser of a check-up (RFC 6265).

use cookie::{Cookie, Expiration};
use http::HeaderMap;
use http::header::SET_COOKIE;
use url::{Host, Url};

use usher_domain::time::Timestamp;

/// Most cookies kept; the oldest goes first.
const MOST: usize = 50;
/// Longest cookie, name and value, in bytes: as browsers have it.
const LONGEST: usize = 4_096;

/// The cookies of one browser.
#[derive(Debug, Clone, Default)]
pub struct CheckUpJar(Vec<KeptCookie>);

#[derive(Debug, Clone)]
struct KeptCookie {
    name: String,
    value: String,
    domain: String,
    /// Is it for this host alone?
    host_only: bool,
    path: String,
    secure: bool,
}

impl CheckUpJar {
    /// Keeps the cookies that the answer of this URL sets.
    pub fn keep(&mut self, url: &Url, headers: &HeaderMap, now: Timestamp) {
        let lines = headers.get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
        for cookie in lines.filter_map(|line| Cookie::parse(line.to_owned()).ok()) {
            self.keep_one(url, &cookie, now);
        }
    }

    fn keep_one(&mut self, url: &Url, cookie: &Cookie<'_>, now: Timestamp) {
        let Some(host) = url.host_str() else { return };
        let domain = cookie.domain().map(|domain| domain.trim_start_matches('.').to_ascii_lowercase());
        let covers = |domain: &String| host == domain || host.ends_with(&format!(".{domain}"));
        if domain.as_ref().is_some_and(|domain| !covers(domain)) {
            return;
        }
        if cookie.name().len() + cookie.value().len() > LONGEST {
            return;
        }
        let path = cookie.path().filter(|path| path.starts_with('/')).map_or_else(|| default_path(url), str::to_owned);
        let kept = KeptCookie {
            name: cookie.name().to_owned(),
            value: cookie.value().to_owned(),
            host_only: domain.is_none(),
            domain: domain.unwrap_or_else(|| host.to_owned()),
            path,
            secure: cookie.secure().unwrap_or(false),
        };
        self.0.retain(|old| (&old.name, &old.domain, &old.path) != (&kept.name, &kept.domain, &kept.path));
        if !is_over(cookie, now) {
            if self.0.len() == MOST {
                self.0.remove(0);
            }
            self.0.push(kept);
        }
    }

    /// The `Cookie` header of a request; `None` without cookies.
    pub fn header(&self, url: &Url) -> Option<String> {
        let fitting: Vec<_> = self.0.iter().filter(|cookie| cookie.is_for(url)).collect();
        let pairs: Vec<_> = fitting.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

impl KeptCookie {
    fn is_for(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let of_host = host == self.domain || (!self.host_only && host.ends_with(&format!(".{}", self.domain)));
        let rest = url.path().strip_prefix(self.path.as_str());
        let of_path = rest.is_some_and(|rest| rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/'));
        of_host && of_path && (!self.secure || is_trustworthy(url))
    }
}

/// Browsers send secure cookies over https, and to this machine.
fn is_trustworthy(url: &Url) -> bool {
    let on_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || on_loopback
}

fn is_over(cookie: &Cookie<'_>, now: Timestamp) -> bool {
    if let Some(age) = cookie.max_age() {
        return age.whole_seconds() <= 0;
    }
    matches!(cookie.expires(), Some(Expiration::DateTime(at)) if at.unix_timestamp() <= now.0)
}

/// RFC 6265 §5.1.4.
fn default_path(url: &Url) -> String {
    match url.path().rsplit_once('/') {
        Some(("", _)) | None => "/".to_owned(),
        Some((folder, _)) => folder.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn jar(at: &str, lines: &[&'static str]) -> CheckUpJar {
        let mut jar = CheckUpJar::default();
        set(&mut jar, at, lines);
        jar
    }

    fn set(jar: &mut CheckUpJar, at: &str, lines: &[&'static str]) {
        let headers = lines.iter().map(|line| (SET_COOKIE, http::HeaderValue::from_static(line))).collect();
        jar.keep(&url(at), &headers, NOW);
    }

    #[test]
    fn a_cookie_returns_to_its_host_and_path_alone() {
        let jar = jar(
            "https://rp.test/auth/login",
            &["a=1", "b=2; Path=/", "c=3; Domain=rp.test; Path=/x", "d=4; Domain=evil.test"],
        );
        assert_eq!(jar.header(&url("https://rp.test/auth/cb")).as_deref(), Some("a=1; b=2"));
        assert_eq!(jar.header(&url("https://rp.test/authx")).as_deref(), Some("b=2"));
        assert_eq!(jar.header(&url("https://www.rp.test/x/y")).as_deref(), Some("c=3"));
        assert_eq!(jar.header(&url("https://evil.test/")), None);
    }

    #[test]
    fn a_cookie_is_replaced_and_removed() {
        let mut jar = jar("https://rp.test/", &["a=1"]);
        set(&mut jar, "https://rp.test/", &["a=2"]);
        assert_eq!(jar.header(&url("https://rp.test/")).as_deref(), Some("a=2"));
        set(&mut jar, "https://rp.test/", &["a=; Max-Age=0"]);
        assert_eq!(jar.header(&url("https://rp.test/")), None);
        set(&mut jar, "https://rp.test/", &["b=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT"]);
        assert_eq!(jar.header(&url("https://rp.test/")), None);
    }

    #[test]
    fn a_secure_cookie_does_not_leave_over_http_unless_to_this_machine() {
        let there = jar("https://rp.test/", &["a=1; Secure"]);
        assert_eq!(there.header(&url("http://rp.test/")), None);
        let here = jar("http://localhost:3000/", &["a=1; Secure"]);
        assert_eq!(here.header(&url("http://localhost:3000/")).as_deref(), Some("a=1"));
    }
}
