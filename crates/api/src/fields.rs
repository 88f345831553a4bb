//! Reads the members of a JSON body one by one and reports all invalid ones at once, by name.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::ApiResult;
use usher_accounts::{FlowError, Rejected};
use usher_http_server::problem::HttpProblem;

/// The members of a body, and their faults so far.
pub struct Fields {
    members: Map<String, Value>,
    faults: BTreeMap<String, String>,
}

impl Fields {
    /// Starts reading a body that may contain these members and no others.
    ///
    /// # Errors
    /// 400 that names every unknown member. The values are not read then.
    pub fn read(members: Map<String, Value>, known: &[&str]) -> ApiResult<Self> {
        let unknown: Vec<String> = members.keys().filter(|name| !known.contains(&name.as_str())).cloned().collect();
        if unknown.is_empty() { Ok(Self { members, faults: BTreeMap::new() }) } else { Err(not_settable(&unknown)) }
    }

    /// A required text. Returns the empty text if it is absent, and [`Fields::finish`] fails.
    pub fn required(&mut self, name: &str) -> String {
        let text = self.optional_text(name);
        if text.is_none() && !self.faults.contains_key(name) {
            self.fault(name, "it is missing");
        }
        text.unwrap_or_default()
    }

    /// An optional text; `null` counts as absent.
    pub fn optional_text(&mut self, name: &str) -> Option<String> {
        match self.members.remove(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text),
            Some(_) => {
                self.fault(name, "it must be a text");
                None
            }
        }
    }

    /// A boolean; `false` if absent.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.members.remove(name) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => flag,
            Some(_) => {
                self.fault(name, "it must be true or false");
                false
            }
        }
    }

    /// Records a fault of a member. The first fault of a member is kept.
    pub fn fault(&mut self, name: &str, why: impl Into<String>) {
        self.faults.entry(name.to_owned()).or_insert_with(|| why.into());
    }

    /// Records the faults that a use case found in the form.
    pub fn refused(&mut self, faults: &[Rejected]) {
        for fault in faults {
            if let Some(name) = fault.member() {
                self.fault(name, fault.to_string());
            }
        }
    }

    /// Ends the checks.
    ///
    /// # Errors
    /// 422 that names every invalid member.
    pub fn finish(self) -> ApiResult<()> {
        if self.faults.is_empty() { Ok(()) } else { Err(invalid(&self.faults)) }
    }
}

/// 422: these members are invalid.
fn invalid(faults: &BTreeMap<String, String>) -> HttpProblem {
    let names: Vec<&str> = faults.keys().map(String::as_str).collect();
    let message = format!("These fields are invalid: {}.", names.join(", "));
    let problem = HttpProblem::new(StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_FAILED", message);
    problem.with_details(json!({ "fields": faults }))
}

/// 400: these members cannot be set here.
pub fn not_settable(names: &[String]) -> HttpProblem {
    let fields: Map<String, Value> = names.iter().map(|name| (name.clone(), "it cannot be set here".into())).collect();
    let message = format!("These fields cannot be set here: {}.", names.join(", "));
    HttpProblem::new(StatusCode::BAD_REQUEST, "FIELD_NOT_SETTABLE", message).with_details(json!({ "fields": fields }))
}

/// The problem for a rejection; a rejected value is reported under its name in this body.
pub fn under(name: &str, error: FlowError) -> HttpProblem {
    match &error {
        FlowError::Rejected(refused) if refused.member().is_some() => {
            invalid(&BTreeMap::from([(name.to_owned(), refused.to_string())]))
        }
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(value: Value) -> Map<String, Value> {
        let Value::Object(members) = value else { panic!("an object") };
        members
    }

    #[test]
    fn a_member_that_is_not_known_is_named_before_anything_else() {
        let problem = Fields::read(body(json!({"email": 7, "role": "admin", "id": 1})), &["email"]).err().unwrap();
        assert_eq!((problem.status, problem.code), (StatusCode::BAD_REQUEST, "FIELD_NOT_SETTABLE"));
        let details = *problem.details.unwrap();
        assert_eq!(details["fields"].as_object().unwrap().keys().collect::<Vec<_>>(), ["role", "id"]);
    }

    #[test]
    fn all_faults_are_reported_together_and_no_value_is_quoted() {
        let mut fields =
            Fields::read(body(json!({"a": "x", "b": 7, "c": null, "d": "hunter2"})), &["a", "b", "c", "d"]);
        let fields = fields.as_mut().ok().unwrap();
        assert_eq!(fields.required("a"), "x");
        assert_eq!((fields.required("b"), fields.required("c")), (String::new(), String::new()));
        assert!(!fields.flag("d"));
        let problem = invalid(&fields.faults);
        let details = problem.details.unwrap().to_string();
        for name in ["b", "c", "d"] {
            assert!(details.contains(&format!("\"{name}\":")), "{details}");
        }
        assert!(!details.contains("hunter2") && !problem.message.contains("hunter2"));
    }
}
