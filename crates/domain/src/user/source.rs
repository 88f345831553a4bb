//! The source of each attribute of a user, and when it was verified.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::time::Timestamp;

/// Who set an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeOrigin {
    /// The user.
    Person,
    /// An administrator.
    Administrator,
    /// An upstream provider, by its id.
    Provider(String),
}

/// Who set an attribute, when, and when it was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeSource {
    /// Who set it.
    pub origin: AttributeOrigin,
    /// When it was set.
    pub at: Timestamp,
    /// When it was verified, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Timestamp>,
}

/// The sources of a user's attributes, by the name of the claim.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttributeSources(BTreeMap<String, AttributeSource>);

impl AttributeSources {
    /// The source of a claim.
    pub fn of(&self, claim: &str) -> Option<&AttributeSource> {
        self.0.get(claim)
    }

    /// Every claim with its source, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &AttributeSource)> {
        self.0.iter().map(|(claim, source)| (claim.as_str(), source))
    }

    /// Records who set a claim.
    pub fn set(&mut self, claim: &str, source: AttributeSource) {
        self.0.insert(claim.to_owned(), source);
    }

    /// Removes a claim.
    pub fn remove(&mut self, claim: &str) {
        self.0.remove(claim);
    }

    /// Records the source of what differs between two sets of claims. Unchanged claims keep their source.
    pub fn note_changes(
        &mut self,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        origin: &AttributeOrigin,
        at: Timestamp,
    ) {
        for claim in old.keys().filter(|claim| !new.contains_key(*claim)) {
            self.remove(claim);
        }
        for (claim, value) in new {
            if old.get(claim) != Some(value) {
                self.set(claim, AttributeSource { origin: origin.clone(), at, verified_at: None });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn only_what_changed_changes_its_source() {
        let mut sources = AttributeSources::default();
        let (first, second) = (Timestamp(1), Timestamp(2));
        let from_google = claims(json!({ "given_name": "Ana", "picture": "https://p.test/a" }));
        sources.note_changes(&Map::new(), &from_google, &AttributeOrigin::Provider("google".into()), first);
        let edited = claims(json!({ "given_name": "Ana", "nickname": "An" }));
        sources.note_changes(&from_google, &edited, &AttributeOrigin::Person, second);
        assert_eq!(sources.of("given_name").unwrap().origin, AttributeOrigin::Provider("google".into()));
        assert_eq!(
            sources.of("nickname").unwrap(),
            &AttributeSource { origin: AttributeOrigin::Person, at: second, verified_at: None }
        );
        assert_eq!(sources.of("picture"), None);
    }

    #[test]
    fn garbage_is_no_record_of_sources() {
        for bad in ["[]", "{\"email\":1}", "{\"email\":{\"origin\":\"heaven\",\"at\":1}}", "nonsense"] {
            assert!(serde_json::from_str::<AttributeSources>(bad).is_err(), "{bad}");
        }
    }
}
