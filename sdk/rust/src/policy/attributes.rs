use serde::Serialize;
use serde_json::Value as Json;
use usher_policy::value::{Attributes, int_json};

/// The attributes of a value, by the names that it serializes to. `()`, `None`, and values that are no object are no
/// resource.
pub(crate) fn attributes_of(value: impl Serialize) -> Option<Attributes> {
    let Ok(Json::Object(mut members)) = serde_json::to_value(value) else { return None };
    for member in members.values_mut() {
        // Whole numbers beyond 2⁵³ have a form of their own, because not every language reads them exactly.
        if let Some(number) = member.as_i64() {
            *member = int_json(number);
        }
    }
    Some(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Serialize)]
    struct Order {
        #[serde(rename = "owner_id")]
        owner: String,
        total: i64,
        note: Option<String>,
    }

    #[test]
    fn a_resource_has_the_names_that_it_serializes_to() {
        let order = Order { owner: "u1".to_owned(), total: 9_007_199_254_740_993, note: None };
        let expected = json!({ "owner_id": "u1", "total": { "int": "9007199254740993" }, "note": null });
        assert_eq!(attributes_of(&order).map(Json::Object), Some(expected));
        assert_eq!(attributes_of(()), None);
        assert_eq!(attributes_of(None::<Order>), None);
        assert_eq!(attributes_of("u1"), None);
        assert_eq!(attributes_of(json!({})), Some(Attributes::new()));
    }
}
