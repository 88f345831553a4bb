//! Where a request comes from, and where somebody may be sent.

use http::header::{ORIGIN, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, Method};
use url::Url;

/// Whether a request may use the session cookie. One that changes something has to come from a page of this application:
/// `SameSite=Lax` keeps other sites away, and this keeps away neighbours on the same site.
pub(super) fn may_use_session(parts: &Parts, origin: &str) -> bool {
    let is_safe = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    // What a socket carries changes things, although it is opened by GET. A browser always says which page opens it. With
    // HTTP/2 it is opened by CONNECT (RFC 8441 §4).
    let upgrade = text(&parts.headers, UPGRADE.as_str());
    if parts.method == Method::CONNECT || upgrade.is_some_and(|to| to.eq_ignore_ascii_case("websocket")) {
        return parts.headers.contains_key(ORIGIN) && is_own_page(&parts.headers, origin);
    }
    is_safe || is_own_page(&parts.headers, origin)
}

/// Whether a page of this application sent the request, or no page at all.
pub(super) fn is_own_page(headers: &HeaderMap, origin: &str) -> bool {
    let same_site = text(headers, "sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    same_site && (!headers.contains_key(ORIGIN) || text(headers, ORIGIN.as_str()) == Some(origin))
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The longest path that somebody is sent back to, in bytes: it is kept in a cookie, and browsers refuse those that are
/// longer than 4096 bytes.
const LONGEST_PATH: usize = 2000;

/// The path of this application that somebody is sent back to; the first page for every address that is not of this
/// application, or too long. Browsers take `/\host`, `/<tab>/host` and `/..//host` for another host: an address is read
/// as a browser reads it, then written anew.
pub(super) fn own_path(wanted: Option<&str>, base: &Url) -> String {
    let read = |wanted: &str| {
        let is_plain = wanted.starts_with('/') && !wanted.contains(|c: char| c.is_ascii_control() || c == '\\');
        let url = base.join(wanted).ok().filter(|_| is_plain)?;
        let is_own = url.origin() == base.origin() && !url.path().starts_with("//");
        let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        (is_own && path.len() <= LONGEST_PATH).then_some(path)
    };
    wanted.and_then(read).unwrap_or_else(|| base.path().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    #[test]
    fn people_are_sent_back_as_in_every_module() {
        let file = vectors::read("returns.json");
        for case in vectors::cases("returns.json") {
            let base = case.get("base").unwrap_or(&file["base"]);
            let base = Url::parse(base.as_str().unwrap()).unwrap();
            assert_eq!(own_path(case["wanted"].as_str(), &base), case["path"].as_str().unwrap(), "{}", case["name"]);
        }
    }

    fn parts(method: &str, headers: &[(&str, &str)]) -> Parts {
        let request = http::Request::builder().method(method).uri("/");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn what_changes_something_comes_from_a_page_of_the_application() {
        let own = "https://shop.example";
        for (method, headers, may) in [
            ("GET", &[("sec-fetch-site", "cross-site")][..], true),
            ("GET", &[("upgrade", "WebSocket"), ("origin", "https://evil.example")], false),
            ("GET", &[("upgrade", "websocket"), ("origin", own)], true),
            ("GET", &[("upgrade", "websocket")], false),
            ("GET", &[("upgrade", "websocket"), ("origin", "null")], false),
            ("CONNECT", &[], false),
            ("CONNECT", &[("origin", own)], true),
            ("POST", &[], true),
            ("POST", &[("origin", own), ("sec-fetch-site", "same-origin")], true),
            ("POST", &[("sec-fetch-site", "none")], true),
            ("POST", &[("origin", own), ("sec-fetch-site", "same-site")], false),
            ("DELETE", &[("origin", "https://evil.example")], false),
            ("POST", &[("origin", "null")], false),
        ] {
            assert_eq!(may_use_session(&parts(method, headers), own), may, "{method} {headers:?}");
        }
    }
}
