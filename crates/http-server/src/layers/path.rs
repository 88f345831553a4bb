//! Path segments are names. A path with a control character or with bytes that are not UTF-8 is answered with 404.
//!
//! So no handler and no database query gets such a name: PostgreSQL rejects a NUL in a text with an error.

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use percent_encoding::percent_decode_str;

use crate::problem::HttpProblem;
use usher_domain::id;

/// Responds with 404 if a segment of the path cannot be a name.
pub(super) async fn check<F: Future<Output = Response>>(request: Request, next: impl FnOnce(Request) -> F) -> Response {
    if names_something(request.uri().path()) { next(request).await } else { HttpProblem::not_found().into_response() }
}

/// A path without percent-encoding is always valid: hyper accepts only printable ASCII in a request line.
fn names_something(path: &str) -> bool {
    !path.contains('%') || path.split('/').all(is_name)
}

fn is_name(segment: &str) -> bool {
    percent_decode_str(segment).decode_utf8().is_ok_and(|name| id::is_printable(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_names_something() {
        for path in ["/", "/login", "/a/b%20c", "/a/%C3%A9", "/a/%25", "/a%2Fb", "/a/%F0%9F%98%80"] {
            assert!(names_something(path), "{path}");
        }
    }

    #[test]
    fn control_characters_noncharacters_and_broken_text_name_nothing() {
        for path in ["/a/%00", "/a%01/b", "/a/b%7F", "/a/%C2%85", "/a/%EF%BF%BE", "/a/%FF", "/a/%ED%A0%80", "/%0A"] {
            assert!(!names_something(path), "{path}");
        }
    }
}
