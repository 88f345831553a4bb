//! JSON bodies, parsed strictly: no duplicate members, limited nesting (RFC 8259 §4, §9).

use axum::body::HttpBody as _;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::body;
use crate::problem::HttpProblem;
use usher_protocol::strict_json;

/// The deepest nesting of arrays and objects.
pub const MAX_DEPTH: u8 = 32;

/// A JSON body as a `T`; 415 for another content type, 400 for anything that is not exactly one valid `T`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonBody<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = HttpProblem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        body::require_media_type(request.headers(), "application/json")?;
        let value = read(&body::read(request).await?)?;
        // Serde would also accept an array of the members in order.
        if !value.is_object() {
            return Err(HttpProblem::new(StatusCode::BAD_REQUEST, "JSON_UNEXPECTED", "The body must be an object."));
        }
        serde_json::from_value(value).map(Self).map_err(|error| misfit(&error))
    }
}

/// An optional JSON body: with neither content type nor bytes it is parsed as an empty `T`. Otherwise as [`JsonBody`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionalJson<T>(pub T);

impl<S: Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalJson<T> {
    type Rejection = HttpProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        if !request.headers().contains_key(CONTENT_TYPE) && request.body().size_hint().exact() == Some(0) {
            return Ok(Self(T::default()));
        }
        JsonBody::from_request(request, state).await.map(|JsonBody(value)| Self(value))
    }
}

/// Parses one JSON value and nothing after it.
pub fn read(bytes: &[u8]) -> Result<Value, HttpProblem> {
    strict_json::value(bytes, MAX_DEPTH).map_err(|error| {
        let message = format!("The body is not acceptable JSON (line {}, column {}).", error.line(), error.column());
        HttpProblem::new(StatusCode::BAD_REQUEST, "JSON_INVALID", message)
    })
}

/// Names the member that is missing or unknown. Other messages would quote the value, which may be a password.
fn misfit(error: &serde_json::Error) -> HttpProblem {
    let text = error.to_string();
    let names_a_member = text.starts_with("missing field") || text.starts_with("unknown field");
    let reason = if names_a_member { text } else { "a member has the wrong type or value".to_owned() };
    HttpProblem::new(StatusCode::BAD_REQUEST, "JSON_UNEXPECTED", format!("The body does not fit: {reason}."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_ordinary_value_is_read_as_it_stands() {
        let text = r#"{"a":[1,-2,2.5,true,null,"\u00e9"],"b":{"a":18446744073709551615}}"#;
        assert_eq!(read(text.as_bytes()), Ok(serde_json::from_str(text).unwrap()));
    }

    #[test]
    fn nesting_ends_at_the_limit() {
        let nested = |depth: u8| "[".repeat(depth.into()) + &"]".repeat(depth.into());
        assert!(read(nested(MAX_DEPTH).as_bytes()).is_ok());
        for bad in [nested(MAX_DEPTH + 1), "[".repeat(100_000), "{\"a\":".repeat(100_000)] {
            assert_eq!(read(bad.as_bytes()).unwrap_err().code, "JSON_INVALID");
        }
    }

    #[test]
    fn a_repeated_member_is_refused_at_every_level() {
        for bad in [r#"{"a":1,"a":1}"#, r#"{"x":[{"a":1,"\u0061":2}]}"#] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn garbage_is_refused() {
        for bad in [
            &b""[..],
            b"{",
            b"{} {}",
            b"nul",
            b"1e999999",
            b"\"\\ud800\"",
            b"\"\xff\"",
            b"\"a\0\"",
            br#"{"a":"\u0000"}"#,
            br#"{"\u0000":1}"#,
            br#"[["a\u0000b"]]"#,
            b"\xef\xbb\xbf{}",
            b"{'a':1}",
            b"NaN",
        ] {
            assert!(read(bad).is_err(), "{}", bad.escape_ascii());
        }
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct CredentialsBody {
        email: String,
        attempts: u8,
    }

    #[test]
    fn a_misfit_names_the_member_and_never_the_value() {
        let reason = |value| misfit(&serde_json::from_value::<CredentialsBody>(value).unwrap_err()).message;
        assert!(reason(json!({"attempts": 1})).contains("`email`"));
        assert!(!reason(json!({"email": "a", "attempts": "hunter2"})).contains("hunter2"));
    }

    proptest! {
        #[test]
        fn it_agrees_with_serde_json_wherever_it_accepts(bytes in proptest::collection::vec(any::<u8>(), 0..100), text in r#"[\[\]{}",:0-9a-e ]{0,40}"#) {
            for source in [&bytes[..], text.as_bytes()] {
                if let Ok(value) = read(source) {
                    prop_assert_eq!(value, serde_json::from_slice::<Value>(source).unwrap());
                }
            }
        }
    }
}
