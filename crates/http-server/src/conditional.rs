//! Conditional requests (RFC 9110 §13).

use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName};

use usher_protocol::ows;

/// Whether the client has this version already (`If-None-Match`). `etag` contains no comma.
///
/// The comparison is weak, because caches that compress turn tags into weak ones (§13.1.2).
pub fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let etag = without_weakness(etag);
    tags(headers, &IF_NONE_MATCH).any(|tag| tag == "*" || without_weakness(tag) == etag)
}

/// Whether a change is based on this version (`If-Match`, §13.1.1), or on no version in particular. `etag` is in
/// quotes and contains no comma.
pub fn may_change(headers: &HeaderMap, etag: &str) -> bool {
    !headers.contains_key(IF_MATCH) || tags(headers, &IF_MATCH).any(|tag| tag == "*" || tag == etag)
}

/// The opaque part of a tag (`W/"a"` and `"a"` have the same).
fn without_weakness(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// The entity tags of a header, in all its lines. A tag with a comma falls apart and equals none of ours.
fn tags<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lists = headers.get_all(name).iter().filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).map(ows::trim)
}

/// Whether a change names any version (`If-Match: *`, §13.1.1).
pub fn is_any(headers: &HeaderMap) -> bool {
    tags(headers, &IF_MATCH).eq(["*"])
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn asks(name: &HeaderName, values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_bytes(value.as_bytes()).unwrap())).collect()
    }

    #[test]
    fn a_version_is_known_by_its_tag_strong_or_weak() {
        let known = |values: &[&str]| is_known(&asks(&IF_NONE_MATCH, values), "\"a\"");
        for good in [&["\"a\""] as &[&str], &["W/\"a\""], &["*"], &["\"x,y\", \"a\""], &["\"x\"", "\"a\""]] {
            assert!(known(good), "{good:?}");
        }
        for other in [&[] as &[&str], &["\"b\""], &["a"], &[""], &["garbage, \"b\""], &["\"a, b\""], &["é"]] {
            assert!(!known(other), "{other:?}");
        }
    }

    #[test]
    fn a_change_is_based_on_the_strong_tag_or_on_none() {
        let may = |values: &[&str]| may_change(&asks(&IF_MATCH, values), "\"a\"");
        for good in [&[] as &[&str], &["\"a\""], &["*"], &["\"x\", \"a\""]] {
            assert!(may(good), "{good:?}");
        }
        for other in [&["\"b\""] as &[&str], &["W/\"a\""], &["a"], &[""], &["é"]] {
            assert!(!may(other), "{other:?}");
        }
        let any = |values: &[&str]| is_any(&asks(&IF_MATCH, values));
        assert!(any(&["*"]) && !any(&[]) && !any(&["\"*\""]) && !any(&["\"a\""]) && !any(&["*, \"a\""]));
    }
}
