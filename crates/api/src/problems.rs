//! The errors that many operations share, for `/openapi.json`.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};

/// Errors of operations that read a body.
pub struct BodyProblems;
/// Errors of rate-limited operations.
pub struct CountedProblems;
/// Errors of operations that need a signed-in user.
pub struct PersonProblems;

impl IntoResponses for BodyProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            ("400", "The body cannot be read, or holds a member that is not known here: it is named"),
            ("403", "A page of another site sent this, or it is not allowed"),
            ("408", "The body did not arrive in time"),
            ("409", "The same request is being worked on, where it has an `Idempotency-Key`"),
            ("413", "The body is too large"),
            ("415", "The body is not JSON in UTF-8"),
            ("422", "Fields are invalid: each is named, with what is wrong with it"),
        ])
    }
}

impl IntoResponses for CountedProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            ("429", "Too many tries: `Retry-After` says how many seconds to wait"),
            ("503", "Too much to do at once: `Retry-After` says how many seconds to wait"),
        ])
    }
}

impl IntoResponses for PersonProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            ("400", "The request cannot be read"),
            ("401", "Nobody is signed in"),
            ("403", "A page of another site sent this, or the caller is no person"),
        ])
    }
}

fn problems(rows: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    rows.iter().map(|(status, words)| ((*status).to_owned(), RefOr::T(problem(words)))).collect()
}

fn problem(words: &str) -> Response {
    let body = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description(words).content("application/json", body).build()
}
