//! The document: access rules as people write them.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

use super::fault::{DocumentFault, pointer};
#[cfg(feature = "authoring")]
use super::limits;
use super::value::Type;
#[cfg(feature = "authoring")]
use usher_protocol::strict_json;

/// Attributes by name, with their types.
pub type DeclaredAttributes = BTreeMap<String, Type>;

/// The access rules of a project, as they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyDocument {
    /// Entity types by name: `Order`.
    pub entities: BTreeMap<String, EntityType>,
    /// Attributes of users in addition to `id` and `roles`.
    pub user: DeclaredAttributes,
    /// Attributes of the request.
    pub context: DeclaredAttributes,
    /// Claims of access tokens in addition to the [standard ones](TOKEN_CLAIMS).
    pub token: DeclaredAttributes,
    /// Conditions by name; see [`super::condition`].
    pub conditions: BTreeMap<String, Json>,
    /// Roles by name.
    pub roles: BTreeMap<String, PolicyRole>,
    /// Route rules.
    pub routes: Vec<RouteRule>,
}

/// Claims of the access token that conditions can always use. `scope` is the claim of that name, split at spaces.
pub const TOKEN_CLAIMS: [(&str, Type); 6] = [
    ("acr", Type::String),
    ("auth_time", Type::Int),
    ("client_id", Type::String),
    ("scope", Type::Strings),
    ("sid", Type::String),
    ("sub", Type::String),
];

/// Attributes of the user that conditions can always use: `id` is the `sub`.
pub const USER_ATTRIBUTES: [(&str, Type); 2] = [("id", Type::String), ("roles", Type::Strings)];

/// An entity type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntityType {
    /// Its attributes.
    #[serde(default)]
    pub attributes: DeclaredAttributes,
    /// Its actions by name: `update`.
    pub actions: BTreeMap<String, ActionKind>,
}

/// What an action applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionKind {
    /// One entity.
    Item,
    /// The collection, or a new entity.
    Collection,
}

/// A role of users and clients.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRole {
    /// The display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The roles that it inherits all grants from.
    #[serde(default)]
    pub inherits: Vec<String>,
    /// Its grants: `Order:update`, `Order:*` or `*` → `"allow"`, `"deny"`, or conditions.
    #[serde(default)]
    pub grants: BTreeMap<String, MatrixCell>,
}

/// A cell of the matrix: `"allow"`, `"deny"`, the name of a condition, or a list of conditions of which one suffices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum MatrixCell {
    /// One word.
    One(String),
    /// Several conditions.
    Several(Vec<String>),
}

impl<'de> Deserialize<'de> for MatrixCell {
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

impl MatrixCell {
    /// The words in the cell.
    pub fn words(&self) -> &[String] {
        match self {
            Self::One(word) => std::slice::from_ref(word),
            Self::Several(words) => words,
        }
    }

    /// Whether it allows unconditionally.
    pub fn is_allow(&self) -> bool {
        matches!(self, Self::One(word) if word == "allow")
    }

    /// Whether it denies.
    pub fn is_deny(&self) -> bool {
        matches!(self, Self::One(word) if word == "deny")
    }
}

/// A route rule. It has exactly one of `need`, `public` and `auth`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteRule {
    /// `GET`, `PUT`, …, or `*`.
    pub methods: Vec<String>,
    /// `/orders/:id`, `/admin/*`.
    pub path: String,
    /// Requires this permission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<String>,
    /// Everybody may call it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
    /// Requires a signed-in user.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub auth: bool,
    /// Requires this authentication context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Maximum age of the authentication, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
    /// Requires all these scopes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// The module asks Usher at each request whether the token is still valid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
}

impl PolicyDocument {
    /// Parses a document strictly: no duplicate and no unknown members.
    ///
    /// # Errors
    /// The first structural error, with its place if known.
    #[cfg(feature = "authoring")]
    pub fn read(bytes: &[u8]) -> Result<Self, DocumentFault> {
        if bytes.len() > limits::DOCUMENT_BYTES {
            return Err(DocumentFault::error("", format!("a document has at most {} bytes", limits::DOCUMENT_BYTES)));
        }
        let json = strict_json::value(bytes, 32).map_err(|error| DocumentFault::error("", error.to_string()))?;
        Self::from_json(json)
    }

    /// Like `Document::read`, from parsed JSON.
    ///
    /// # Errors
    /// The first structural error, with its place if known.
    pub fn from_json(json: Json) -> Result<Self, DocumentFault> {
        // A list of members in order would deserialize, but nobody could read it.
        if !json.is_object() {
            return Err(DocumentFault::error("", "a document is an object"));
        }
        serde_path_to_error::deserialize(json).map_err(|error| {
            let members: Vec<String> = error.path().iter().filter_map(member).collect();
            DocumentFault::error(pointer(members.iter().map(String::as_str)), error.inner().to_string())
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
            assert_eq!(PolicyDocument::read(text.as_bytes()).unwrap_err().pointer, at, "{text}");
        }
        assert!(PolicyDocument::read(&vec![b' '; limits::DOCUMENT_BYTES + 1]).is_err());
        assert_eq!(PolicyDocument::read(b"{}").unwrap(), PolicyDocument::default());
    }
}
