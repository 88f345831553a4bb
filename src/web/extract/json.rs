//! JSON bodies, read strictly: no repeated member, no deep nesting (RFC 8259 §4, §9).

use std::fmt;

use axum::extract::{FromRequest, Request};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::body;
use crate::web::problem::HttpProblem;

/// How many arrays and objects may be inside one another.
pub const MAX_DEPTH: usize = 32;

/// A JSON body as a `T`; 415 for another type, 400 for anything that is not exactly one well-formed `T`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonBody<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = HttpProblem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        body::require_media_type(request.headers(), "application/json")?;
        let value = read(&body::read(request).await?)?;
        serde_json::from_value(value).map(Self).map_err(|error| misfit(&error))
    }
}

/// One JSON value and nothing after it.
pub fn read(bytes: &[u8]) -> Result<Value, HttpProblem> {
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let value = Level(0).deserialize(&mut source);
    value.and_then(|value| source.end().map(|()| value)).map_err(|error| {
        let message = format!("The body is not acceptable JSON (line {}, column {}).", error.line(), error.column());
        HttpProblem::new(axum::http::StatusCode::BAD_REQUEST, "JSON_INVALID", message)
    })
}

/// Says which member is missing or unknown; anything else would quote the value, which may be a password.
fn misfit(error: &serde_json::Error) -> HttpProblem {
    let text = error.to_string();
    let names_a_member = text.starts_with("missing field") || text.starts_with("unknown field");
    let reason = if names_a_member { text } else { "a member has the wrong type or value".to_owned() };
    HttpProblem::new(
        axum::http::StatusCode::BAD_REQUEST,
        "JSON_UNEXPECTED",
        format!("The body does not fit: {reason}."),
    )
}

/// Reads a value that stands inside this many others.
#[derive(Clone, Copy)]
struct Level(usize);

impl Level {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.0 < MAX_DEPTH { Ok(Self(self.0 + 1)) } else { Err(E::custom("nested too deeply")) }
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a member is repeated"));
            }
        }
        Ok(Value::Object(object))
    }
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
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
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
            b"\xef\xbb\xbf{}",
            b"{'a':1}",
            b"NaN",
        ] {
            assert!(read(bad).is_err(), "{}", bad.escape_ascii());
        }
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Login {
        email: String,
        attempts: u8,
    }

    #[test]
    fn a_misfit_names_the_member_and_never_the_value() {
        let reason = |value| misfit(&serde_json::from_value::<Login>(value).unwrap_err()).message;
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
