//! Strict JSON: no duplicate members, limited depth, no NUL in texts (RFC 8259 §4, §9).
//!
//! Parsers that choose different ones of two duplicate members see different tokens (RFC 7515 §4, RFC 7519 §4).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Parses one JSON value from all of `bytes`, with at most `depth` nested arrays and objects.
///
/// # Errors
/// For anything else, with line and column.
pub fn value(bytes: &[u8], depth: u8) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth }.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Like [`value`], for an object.
///
/// # Errors
/// As [`value`].
pub fn object(bytes: &[u8], depth: u8) -> Result<Map<String, Value>, serde_json::Error> {
    match value(bytes, depth)? {
        Value::Object(members) => Ok(members),
        _ => Err(Error::custom("not an object")),
    }
}

#[derive(Clone, Copy)]
struct Strict {
    depth: u8,
}

impl Strict {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        self.depth.checked_sub(1).map(|depth| Self { depth }).ok_or_else(|| E::custom("nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
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
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        storable(value.to_owned()).map(Value::String)
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        storable(value).map(Value::String)
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
            let name = storable(name)?;
            // Before the value is read, so that the error has the line of the second name.
            if object.contains_key(&name) {
                return Err(Error::custom("a member appears twice"));
            }
            let value = members.next_value_seed(inner)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// A text without NUL, which PostgreSQL cannot store.
fn storable<E: Error>(text: String) -> Result<String, E> {
    if text.contains('\0') { Err(E::custom("a text holds a NUL character")) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_object_reads_as_it_always_does() {
        let text = r#"{"a":[1,-2,2.5,true,null,{"b":"\u00e9"}],"c":{}}"#;
        assert_eq!(Value::Object(object(text.as_bytes(), 16).unwrap()), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn garbage_is_refused_without_harm() {
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let nested = format!("{{\"a\":{}1{}}}", "[".repeat(16), "]".repeat(16));
        for wrong in [
            "",
            "[]",
            "1",
            "null",
            "{",
            "{}{}",
            "{} x",
            "\u{feff}{}",
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"a":[{"b":1,"b":2}]}"#,
            r#"{"a":1e400}"#,
            r#"{"a":NaN}"#,
            r#"{"a":"\ud800"}"#,
            "{'a':1}",
            r#"{"a":1,}"#,
            &nested,
            &deep,
        ] {
            assert!(object(wrong.as_bytes(), 16).is_err(), "{}", &wrong[..wrong.len().min(40)]);
        }
        assert!(object(b"{\"a\":\"\xff\"}", 16).is_err());
    }
}
