//! Parameters of a query or a form, in order, decoded once.

use serde_json::{Map, Value};

/// Names and values.
#[derive(Clone, Debug, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Parses `application/x-www-form-urlencoded`, leniently.
    pub fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first value of that name, unless it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Does the parameter have this value?
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == Some(value)
    }

    /// All pairs.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The items of a list, separated by spaces or commas.
    pub fn list(&self, name: &str) -> Vec<String> {
        let parts = self.get(name).unwrap_or_default().split([' ', ',']);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// As JSON: a string, or an array for a repeated name.
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        for (name, value) in &self.0 {
            let value = Value::String(value.clone());
            match object.get_mut(name) {
                None => {
                    object.insert(name.clone(), value);
                }
                Some(Value::Array(several)) => several.push(value),
                Some(one) => *one = Value::Array(vec![one.take(), value]),
            }
        }
        Value::Object(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_decoded_once_and_repeated_ones_become_lists() {
        let words = Parameters::parse(b"code=4%2F0A%252F&scope=a+b,c&a=1&a=2&empty=&%ff=%zz");
        assert_eq!(words.get("code"), Some("4/0A%2F"));
        assert_eq!(words.list("scope"), ["a", "b", "c"]);
        assert_eq!(words.to_json()["a"], serde_json::json!(["1", "2"]));
        assert_eq!((words.get("empty"), words.get("missing")), (None, None));
    }
}
