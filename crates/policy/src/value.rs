//! The values that conditions compare: strings, booleans, integers, lists of strings.

use serde_json::{Map, Value as Json};

/// The attributes of a user, a resource, a request or a token, without nesting.
pub type Attributes = Map<String, Json>;

/// The largest integer that every language reads exactly from JSON.
const EXACT: i64 = (1 << 53) - 1;

/// The type of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    /// A string.
    String,
    /// True or false.
    Bool,
    /// A 64-bit integer.
    Int,
    /// A list of strings, unordered.
    Strings,
}

/// A borrowed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeValue<'a> {
    /// A string.
    Text(&'a str),
    /// True or false.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A list of strings.
    Texts(Vec<&'a str>),
}

impl<'a> AttributeValue<'a> {
    /// Reads a value. A value of none of the four types counts as missing.
    ///
    /// An integer beyond ±(2⁵³−1) is also missing, because not every JSON parser reads it exactly: it is written
    /// `{"int":"9007199254740993"}`.
    pub fn read(json: &'a Json) -> Option<Self> {
        match json {
            Json::String(text) => Some(Self::Text(text)),
            Json::Bool(truth) => Some(Self::Bool(*truth)),
            Json::Number(number) => exact(number).map(Self::Int),
            Json::Array(items) => items.iter().map(Json::as_str).collect::<Option<_>>().map(Self::Texts),
            Json::Object(members) => match (members.len(), members.get("int")) {
                (1, Some(Json::String(digits))) => whole(digits).map(Self::Int),
                _ => None,
            },
            Json::Null => None,
        }
    }

    /// Its type.
    pub const fn kind(&self) -> Type {
        match self {
            Self::Text(_) => Type::String,
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Texts(_) => Type::Strings,
        }
    }
}

/// A JSON number that is an integer, however it is written, and that every language reads exactly.
fn exact(number: &serde_json::Number) -> Option<i64> {
    if let Some(whole) = number.as_i64() {
        return (-EXACT..=EXACT).contains(&whole).then_some(whole);
    }
    let float = number.as_f64()?;
    #[expect(clippy::cast_precision_loss, reason = "2⁵³−1 is exact")]
    let limit = EXACT as f64;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within ±(2⁵³−1), which was just checked")]
    (float.fract() == 0.0 && float.abs() <= limit).then_some(float as i64)
}

/// Parses an integer in its only accepted spelling: no plus, no leading zero, no minus zero.
pub fn whole(digits: &str) -> Option<i64> {
    let number: i64 = digits.parse().ok()?;
    (number.to_string() == digits).then_some(number)
}

/// An integer as JSON: as a number if every parser reads it exactly, otherwise in digits.
pub fn int_json(number: i64) -> Json {
    if (-EXACT..=EXACT).contains(&number) { number.into() } else { serde_json::json!({ "int": number.to_string() }) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_read_where_every_language_reads_the_same() {
        for (json, read) in [
            (json!(5), Some(5)),
            (json!(5.0), Some(5)),
            (json!(-9_007_199_254_740_991_i64), Some(-EXACT)),
            (json!(9_007_199_254_740_992_i64), None),
            (json!({"int": "9223372036854775807"}), Some(i64::MAX)),
            (json!({"int": "-9223372036854775808"}), Some(i64::MIN)),
            (json!({"int": "9223372036854775808"}), None),
            (json!({"int": "+5"}), None),
            (json!({"int": "05"}), None),
            (json!({"int": "-0"}), None),
            (json!({"int": 5}), None),
            (json!({"int": "5", "x": 1}), None),
            (json!(5.5), None),
            (json!(1e300), None),
            (json!(null), None),
        ] {
            assert_eq!(AttributeValue::read(&json), read.map(AttributeValue::Int), "{json}");
        }
        assert_eq!(AttributeValue::read(&int_json(i64::MIN)), Some(AttributeValue::Int(i64::MIN)));
        assert_eq!(AttributeValue::read(&json!(["a", 1])), None);
        assert_eq!(AttributeValue::read(&json!([])), Some(AttributeValue::Texts(vec![])));
    }
}
