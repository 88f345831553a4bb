//! Times in the claims of other parties' tokens (`NumericDate`, RFC 7519 §2), and how far their clocks may differ.

use serde_json::{Map, Value};

/// How far `iat` and `nbf` may lie in the future, in seconds: 10 must be accepted, more than 60 refused (FAPI 2.0 Security
/// Profile §5.3.2.1).
pub const CLOCK_SKEW: i64 = 30;

/// The claim is no finite number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotNumeric;

/// A time claim in whole seconds; fractions are cut.
pub fn numeric_date(claims: &Map<String, Value>, name: &str) -> Result<Option<i64>, NotNumeric> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    #[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 saturates, and no such time is accepted")]
    let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64));
    seconds.map(Some).ok_or(NotNumeric)
}

/// Whether `iat` and `nbf`, where they are present, are not in the future.
pub fn is_begun(claims: &Map<String, Value>, now: i64) -> bool {
    ["iat", "nbf"].into_iter().all(|name| match numeric_date(claims, name) {
        Ok(time) => time.is_none_or(|time| time <= now.saturating_add(CLOCK_SKEW)),
        Err(NotNumeric) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_are_numbers_and_nothing_else() {
        let read = |value: Value| numeric_date(json!({ "exp": value }).as_object().unwrap(), "exp");
        assert_eq!(read(json!(7)), Ok(Some(7)));
        assert_eq!(read(json!(7.9)), Ok(Some(7)));
        assert_eq!(read(json!(1e300)), Ok(Some(i64::MAX)));
        for bad in [json!("7"), json!(null), json!([7]), json!(true)] {
            assert_eq!(read(bad.clone()), Err(NotNumeric), "{bad}");
        }
        assert_eq!(numeric_date(&Map::new(), "exp"), Ok(None));
    }

    #[test]
    fn a_clock_that_is_a_little_ahead_is_accepted() {
        for (claims, begun) in [
            (json!({}), true),
            (json!({"iat": 1_030, "nbf": 1_030}), true),
            (json!({"iat": 1_031}), false),
            (json!({"nbf": 1_061}), false),
            (json!({"nbf": "1"}), false),
        ] {
            assert_eq!(is_begun(claims.as_object().unwrap(), 1_000), begun, "{claims}");
        }
    }
}
