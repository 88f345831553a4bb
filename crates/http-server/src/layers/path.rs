//! Paths hold names of things. One that holds a control character, or bytes that are no text, names nothing.
//!
//! So no handler, and no database, ever sees such a name: PostgreSQL refuses NUL in a text and answers with an error.

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use percent_encoding::percent_decode_str;

use crate::problem::HttpProblem;
use usher_domain::id;

/// Answers 404 where a segment of the path cannot be the name of anything.
pub(super) async fn check<F: Future<Output = Response>>(request: Request, next: impl FnOnce(Request) -> F) -> Response {
    if names_something(request.uri().path()) { next(request).await } else { HttpProblem::not_found().into_response() }
}

/// Without an escape there is nothing to look for: a request line is printable ASCII, or it is no request line.
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
