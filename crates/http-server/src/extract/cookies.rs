//! Cookies: reads what browsers send, and sets cookies with the strictest attributes (RFC 6265bis §4.1).

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use cookie::{Cookie, SameSite};
use thiserror::Error;

use usher_protocol::ows;

/// The cookie that identifies the browser.
pub(super) const MARK: &str = "usher_browser";

/// The cookies of a request. Malformed pairs are skipped.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// Reads every `Cookie` header.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let values = headers.get_all(COOKIE).iter();
        let pairs = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b';')).filter_map(read_pair);
        Self(pairs.collect())
    }

    /// The value of `name`; `None` if there are several with different values, since another site may have set one of
    /// them.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(candidate, _)| candidate == name).map(|(_, value)| value.as_str());
        let first = values.next()?;
        values.all(|value| value == first).then_some(first)
    }
}

impl std::fmt::Debug for Cookies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl<S: Sync> FromRequestParts<S> for Cookies {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::from_headers(&parts.headers))
    }
}

fn read_pair(bytes: &[u8]) -> Option<(String, String)> {
    let (name, value) = std::str::from_utf8(bytes).ok()?.split_once('=')?;
    let (name, value) = (ows::trim(name), ows::trim(value));
    let value = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    (is_name(name) && value.bytes().all(is_value_byte)).then(|| (name.to_owned(), value.to_owned()))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// A `cookie-octet` (RFC 6265 §4.1.1).
fn is_value_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\",;\\".contains(&byte)
}

/// How cookies are named and set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CookieJarConfig {
    /// Whether the issuer is https. On http loopback a browser would drop `Secure` cookies and the `__Host-` prefix.
    pub secure: bool,
}

/// A name or value that cannot be used in a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this name or value cannot stand in a cookie")]
pub struct NotACookie;

impl CookieJarConfig {
    /// The full name of the cookie `base`: `__Host-base` over https, which no other host or path can set.
    pub fn name(self, base: &str) -> String {
        if self.secure { format!("__Host-{base}") } else { base.to_owned() }
    }

    /// The value of the cookie `base` in a request.
    pub fn get<'a>(self, cookies: &'a Cookies, base: &str) -> Option<&'a str> {
        cookies.get(&self.name(base))
    }

    /// A `Set-Cookie` value; without `max_age` the cookie ends with the browser session.
    pub fn set(self, base: &str, value: &str, max_age: Option<Duration>) -> Result<HeaderValue, NotACookie> {
        let name = self.name(base);
        if !is_name(&name) || !value.bytes().all(is_value_byte) {
            return Err(NotACookie);
        }
        let mut cookie = Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax).build();
        cookie.set_secure(self.secure);
        cookie.set_max_age(max_age.and_then(|max_age| max_age.try_into().ok()));
        HeaderValue::try_from(cookie.to_string()).map_err(|_| NotACookie)
    }

    /// A `Set-Cookie` value that deletes the cookie.
    pub fn clear(self, base: &str) -> Result<HeaderValue, NotACookie> {
        self.set(base, "", Some(Duration::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cookies(headers: &[&[u8]]) -> Cookies {
        let values = headers.iter().map(|value| (COOKIE, HeaderValue::from_bytes(value).unwrap()));
        Cookies::from_headers(&values.collect())
    }

    #[test]
    fn all_headers_are_read_and_garbage_is_passed_over() {
        let jar = cookies(&[b"a=1; =x; ;;novalue; b = 2 ;\xff=\xff", b"c=\"3\"; d=4=5; e=f g; a b=1"]);
        assert_eq!(["a", "b", "c", "d"].map(|name| jar.get(name)), [Some("1"), Some("2"), Some("3"), Some("4=5")]);
        assert_eq!([jar.get("e"), jar.get("novalue"), jar.get(""), jar.get("a b")], [None; 4]);
        assert_eq!(format!("{jar:?}"), r#"["a", "b", "c", "d"]"#);
    }

    /// Browsers keep the `__Host-` prefix from sibling domains only where it is the first thing in the name.
    #[test]
    fn white_space_beyond_space_and_tab_makes_another_name() {
        let planted = ['\u{0085}', '\u{00A0}', '\u{1680}', '\u{2000}', '\u{200A}', '\u{2028}', '\u{202F}', '\u{3000}'];
        for odd in planted {
            let jar = cookies(&[format!("{odd}__Host-usher=planted; __Host-usher{odd}=planted").as_bytes()]);
            assert_eq!(jar.get("__Host-usher"), None, "{odd:?}");
            let jar = cookies(&[format!("__Host-usher=v; {odd}__Host-usher=planted").as_bytes()]);
            assert_eq!(jar.get("__Host-usher"), Some("v"), "{odd:?}");
            assert_eq!(cookies(&[format!("a={odd}1").as_bytes()]).get("a"), None, "{odd:?}");
        }
        assert_eq!(cookies(&[b"\t __Host-usher\t = v \t"]).get("__Host-usher"), Some("v"));
    }

    #[test]
    fn a_planted_second_cookie_voids_the_name() {
        assert_eq!(cookies(&[b"s=mine; s=planted"]).get("s"), None);
        assert_eq!(cookies(&[b"s=mine", b"s=mine"]).get("s"), Some("mine"));
    }

    #[test]
    fn over_https_a_cookie_belongs_to_this_host_alone() {
        let jar = CookieJarConfig { secure: true };
        let set = jar.set("usher", "v", Some(Duration::from_mins(1))).unwrap();
        assert_eq!(set, "__Host-usher=v; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60");
        assert_eq!(jar.get(&cookies(&[b"usher=planted; __Host-usher=v"]), "usher"), Some("v"));
        assert_eq!(jar.clear("usher").unwrap(), "__Host-usher=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0");
    }

    #[test]
    fn on_http_loopback_the_name_is_plain() {
        let jar = CookieJarConfig { secure: false };
        assert_eq!(jar.set("usher", "v", None).unwrap(), "usher=v; HttpOnly; SameSite=Lax; Path=/");
    }

    #[test]
    fn nothing_can_be_smuggled_into_set_cookie() {
        let jar = CookieJarConfig { secure: true };
        for bad in ["a; Domain=evil", "a\r\nb", "a b", "é", "a,b", "\"a\""] {
            assert_eq!(jar.set("usher", bad, None), Err(NotACookie), "{bad}");
            assert_eq!(jar.set(bad, "v", None), Err(NotACookie), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_set_is_read_back(value in "[A-Za-z0-9_.~=-]{0,60}", noise in "[ -~]{0,60}") {
            let set = CookieJarConfig { secure: true }.set("usher", &value, None).unwrap();
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            let jar = cookies(&[noise.as_bytes(), pair.as_bytes()]);
            prop_assert!(noise.contains("__Host-usher") || jar.get("__Host-usher") == Some(value.as_str()));
        }
    }
}
