//! Complete examples, built from the examples of each schema's members.

use serde_json::{Map, Value};

/// Deepest nesting of schemas; deeper ones are circular.
const DEEPEST: usize = 12;

/// An example value of `schema`; `None` if a required member has no example.
///
/// `schemas` is `components.schemas` of the document.
pub fn example_of(schema: &Value, schemas: &Value) -> Option<Value> {
    within(schema, schemas, DEEPEST)
}

fn within(schema: &Value, schemas: &Value, deeper: usize) -> Option<Value> {
    let deeper = deeper.checked_sub(1)?;
    let shown = [&schema["example"], &schema["examples"][0], &schema["default"], &schema["enum"][0], &schema["const"]];
    if let Some(shown) = shown.into_iter().find(|shown| !shown.is_null()) {
        return Some(shown.clone());
    }
    if let Some(name) = schema["$ref"].as_str() {
        return within(&schemas[name.rsplit('/').next()?], schemas, deeper);
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return merged(parts, schemas, deeper);
    }
    if let Some(ways) = ["oneOf", "anyOf"].into_iter().find_map(|key| schema[key].as_array()) {
        return ways.iter().filter(|way| way["type"] != "null").find_map(|way| within(way, schemas, deeper));
    }
    match type_of(schema)? {
        "object" => object(schema, schemas, deeper),
        "array" => Some(Value::Array(vec![within(&schema["items"], schemas, deeper)?])),
        "boolean" => Some(Value::Bool(true)),
        _ => None,
    }
}

/// The type, other than `null`.
fn type_of(schema: &Value) -> Option<&str> {
    let kind = &schema["type"];
    kind.as_str().or_else(|| kind.as_array()?.iter().filter_map(Value::as_str).find(|name| *name != "null"))
}

fn object(schema: &Value, schemas: &Value, deeper: usize) -> Option<Value> {
    let members = schema["properties"].as_object()?;
    let required = schema["required"].as_array();
    let mut shown = Map::new();
    for (name, member) in members {
        match within(member, schemas, deeper) {
            Some(value) => {
                shown.insert(name.clone(), value);
            }
            None if required.is_some_and(|names| names.iter().any(|required| required == name)) => return None,
            None => {}
        }
    }
    Some(Value::Object(shown))
}

fn merged(parts: &[Value], schemas: &Value, deeper: usize) -> Option<Value> {
    let mut all = Map::new();
    for part in parts {
        let Value::Object(members) = within(part, schemas, deeper)? else { return None };
        all.extend(members);
    }
    Some(Value::Object(all))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schemas() -> Value {
        json!({
            "Dog": {"type": "object", "required": ["name"], "properties": {
                "name": {"type": "string", "example": "Rex"},
                "nick": {"type": ["string", "null"]},
                "good": {"type": "boolean"},
            }},
            "Loop": {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/Loop"}}},
        })
    }

    fn shown(schema: &Value) -> Option<Value> {
        example_of(schema, &schemas())
    }

    #[test]
    fn an_example_is_made_of_those_of_the_members() {
        let dog = json!({"$ref": "#/components/schemas/Dog"});
        assert_eq!(shown(&dog), Some(json!({"name": "Rex", "good": true})));
        assert_eq!(shown(&json!({"type": "array", "items": dog})), Some(json!([{"name": "Rex", "good": true}])));
        let owned = json!({"type": "object", "properties": {"owner": {"type": "string", "example": "Ana"}}});
        let both = json!({"allOf": [dog, owned]});
        assert_eq!(shown(&both), Some(json!({"name": "Rex", "good": true, "owner": "Ana"})));
        assert_eq!(shown(&json!({"oneOf": [{"type": "null"}, dog]})), shown(&dog));
        assert_eq!(shown(&json!({"type": "string", "enum": ["user", "client"]})), Some(json!("user")));
    }

    #[test]
    fn there_is_none_where_a_member_that_must_be_there_has_none() {
        let schema = json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}});
        assert_eq!(shown(&schema), None);
        assert_eq!(shown(&json!({"type": "array", "items": schema})), None);
        assert_eq!(shown(&json!({"type": "object"})), None);
        assert_eq!(shown(&json!({"$ref": "#/components/schemas/Loop"})), None);
        assert_eq!(shown(&json!({"$ref": "#/components/schemas/Cat"})), None);
    }
}
