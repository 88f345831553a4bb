//! Cookies (RFC 6265): for this host alone, never for scripts, never with requests of other sites.

use http::HeaderMap;
use http::header::COOKIE;

/// The value of a cookie; `None` if it is not there, or there with two values. Cookies of others may hold any bytes.
pub(super) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(COOKIE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let texts = pairs.filter_map(|pair| str::from_utf8(pair).ok()?.split_once('='));
    let mut found = texts.filter(|(key, _)| key.trim() == name).map(|(_, value)| value.trim());
    let first = found.next()?;
    // A neighbouring host may have planted the other.
    found.all(|other| other == first).then_some(first)
}

/// A line of `Set-Cookie`. With https the name begins with `__Host-`, which no other host and no plain http can set.
pub(super) fn write(name: &str, value: &str, max_age: u64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_cookie_that_comes_with_two_values_is_none() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "a=1; b=2;c = 3 ; d=4; d=5; e=6; e=6".parse().unwrap());
        headers.append(COOKIE, "f=7; a=8".parse().unwrap());
        let found = ["a", "b", "c", "d", "e", "f", "g"].map(|name| read(&headers, name));
        assert_eq!(found, [None, Some("2"), Some("3"), None, Some("6"), Some("7"), None]);
    }

    #[test]
    fn cookies_of_others_may_hold_any_bytes() {
        let mut headers = HeaderMap::new();
        let line = HeaderValue::from_bytes(b"theirs=\xff; name=\xc3\xa9; mine=1").unwrap();
        headers.append(COOKIE, line);
        assert_eq!(read(&headers, "mine"), Some("1"));
        assert_eq!(read(&headers, "theirs"), None);
    }

    #[test]
    fn a_cookie_is_for_this_host_alone() {
        let line = write("__Host-usher-app", "v", 60, true);
        assert_eq!(line, "__Host-usher-app=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
    }
}
