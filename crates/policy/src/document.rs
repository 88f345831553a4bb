//! The document: access rules as people write them.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

use super::fault::{Fault, pointer};
#[cfg(feature = "authoring")]
use super::limits;
use super::value::Type;
#[cfg(feature = "authoring")]
use usher_protocol::strict_json;

/// Attributes by name, with their types.
pub type Declared = BTreeMap<String, Type>;

/// The access rules of a project, as they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Document {
    /// What rules are about, by name: `Order`.
    pub entities: BTreeMap<String, EntityType>,
    /// What is known of users beside `id` and `roles`.
    pub user: Declared,
    /// What is known of the circumstances of a request.
    pub context: Declared,
    /// What access tokens say beside the [claims every token has](TOKEN_CLAIMS).
    pub token: Declared,
    /// Conditions by name; see [`super::condition`].
    pub conditions: BTreeMap<String, Json>,
    /// Roles by name.
    pub roles: BTreeMap<String, Role>,
    /// Who may call which paths.
    pub routes: Vec<RouteRule>,
}

/// What conditions may always ask of the access token. `scope` is the claim of that name, split at its spaces.
pub const TOKEN_CLAIMS: [(&str, Type); 6] = [
    ("acr", Type::String),
    ("auth_time", Type::Int),
    ("client_id", Type::String),
    ("scope", Type::Strings),
    ("sid", Type::String),
    ("sub", Type::String),
];

/// What conditions may always ask of the user: `id` is the `sub`.
pub const USER_ATTRIBUTES: [(&str, Type); 2] = [("id", Type::String), ("roles", Type::Strings)];

/// A kind of thing that rules are about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntityType {
    /// What is known of each.
    #[serde(default)]
    pub attributes: Declared,
    /// What can be done, by name: `update`.
    pub actions: BTreeMap<String, ActionKind>,
}

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionKind {
    /// One of them.
    Item,
    /// All of them, or a new one.
    Collection,
}

/// What people and clients are made to be allowed something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The roles that it has all grants of.
    #[serde(default)]
    pub inherits: Vec<String>,
    /// What it grants: `Order:update`, `Order:*` or `*` → `"allow"`, `"deny"`, or under which conditions.
    #[serde(default)]
    pub grants: BTreeMap<String, Cell>,
}

/// A cell of the matrix: `"allow"`, `"deny"`, the name of a condition, or a list of names of which one suffices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// One word.
    One(String),
    /// Several conditions.
    Several(Vec<String>),
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        match Json::deserialize(reader)? {
            Json::String(word) => Ok(Self::One(word)),
            Json::Array(items) => {
                let words: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
                words.map(Self::Several).ok_or_else(|| D::Error::custom("a list of names of conditions is expected"))
            }
            _ => Err(D::Error::custom("\"allow\", \"deny\", the name of a condition or a list of names is expected")),
        }
    }
}

impl Cell {
    /// The words it holds.
    pub fn words(&self) -> &[String] {
        match self {
            Self::One(word) => std::slice::from_ref(word),
            Self::Several(words) => words,
        }
    }

    /// Does it allow without condition?
    pub fn is_allow(&self) -> bool {
        matches!(self, Self::One(word) if word == "allow")
    }

    /// Does it forbid?
    pub fn is_deny(&self) -> bool {
        matches!(self, Self::One(word) if word == "deny")
    }
}

/// A rule for paths. Exactly one of `need`, `public` and `auth` says who may pass.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteRule {
    /// `GET`, `PUT`, …, or `*`.
    pub methods: Vec<String>,
    /// `/orders/:id`, `/admin/*`.
    pub path: String,
    /// Whoever has this permission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<String>,
    /// Everybody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
    /// Everybody who is signed in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub auth: bool,
    /// …having authenticated so well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// …so many seconds ago at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
    /// …with a token of all these scopes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// …and the module asks Usher each time whether the token still stands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
}

impl Document {
    /// Reads a document, strictly: every member once, none that is not known.
    ///
    /// # Errors
    /// The first thing that has the wrong shape, with its place where there is one.
    #[cfg(feature = "authoring")]
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > limits::DOCUMENT_BYTES {
            return Err(Fault::error("", format!("a document has at most {} bytes", limits::DOCUMENT_BYTES)));
        }
        let json = strict_json::value(bytes, 32).map_err(|error| Fault::error("", error.to_string()))?;
        Self::from_json(json)
    }

    /// The same from JSON that was read already.
    ///
    /// # Errors
    /// The first thing that has the wrong shape, with its place where there is one.
    pub fn from_json(json: Json) -> Result<Self, Fault> {
        // A list of members in their order would do for one, but it is none that a person could read.
        if !json.is_object() {
            return Err(Fault::error("", "a document is an object"));
        }
        serde_path_to_error::deserialize(json).map_err(|error| {
            let members: Vec<String> = error.path().iter().filter_map(member).collect();
            Fault::error(pointer(members.iter().map(String::as_str)), error.inner().to_string())
        })
    }

    /// Every permission, sorted, with its kind: `Order:update`.
    pub fn permissions(&self) -> impl Iterator<Item = (String, ActionKind)> {
        self.entities.iter().flat_map(|(entity, declared)| {
            declared.actions.iter().map(move |(action, kind)| (format!("{entity}:{action}"), *kind))
        })
    }
}

fn member(segment: &serde_path_to_error::Segment) -> Option<String> {
    use serde_path_to_error::Segment;
    match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

#[cfg(all(test, feature = "authoring"))]
mod tests {
    use super::*;

    #[test]
    fn garbage_is_refused_and_named_by_its_place() {
        for (text, at) in [
            ("", ""),
            ("[]", ""),
            ("{\"roles\":{},\"roles\":{}}", ""),
            ("{\"rules\":{}}", "/rules"),
            ("{\"user\":{\"a\":\"float\"}}", "/user/a"),
            ("{\"roles\":{\"a\":{\"grants\":{\"X:y\":5}}}}", "/roles/a/grants/X:y"),
            ("{\"routes\":[{\"methods\":[\"GET\"],\"path\":\"/\",\"order\":1}]}", "/routes/0/order"),
            ("{\"entities\":{\"A\":{\"actions\":{\"x\":\"all\"}}}}", "/entities/A/actions/x"),
        ] {
            assert_eq!(Document::read(text.as_bytes()).unwrap_err().pointer, at, "{text}");
        }
        assert!(Document::read(&vec![b' '; limits::DOCUMENT_BYTES + 1]).is_err());
        assert_eq!(Document::read(b"{}").unwrap(), Document::default());
    }
}
