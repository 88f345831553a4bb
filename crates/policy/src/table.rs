//! The compiled table that modules load: flat, with everything expanded.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::condition::Condition;
use super::document::{ActionKind, MatrixCell};

/// The version of this format.
pub const VERSION: u8 = 1;

/// The rules of one role, by permission.
pub type RoleRules = BTreeMap<String, PermissionRule>;

/// A compiled table. The same document, project, revision and time give the same JSON, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The version of the format: readers refuse others.
    #[serde(deserialize_with = "version")]
    pub v: u8,
    /// The project.
    pub project: String,
    /// The revision: a reader never goes back to a lower one.
    pub revision: u64,
    /// When it was published, in seconds since the epoch.
    pub iat: i64,
    /// The decision for anything that is not listed: always `deny`.
    pub default: Unlisted,
    /// Every permission.
    pub permissions: BTreeMap<String, ActionKind>,
    /// Every role with its grants: inheritance and wildcards are expanded.
    pub roles: BTreeMap<String, RoleRules>,
    /// Every condition that a rule uses.
    #[serde(serialize_with = "write_conditions", deserialize_with = "read_conditions")]
    pub conditions: BTreeMap<String, Condition>,
    /// Every route rule; the most specific one applies, whatever the order.
    pub routes: Vec<Route>,
}

/// The decision for anything that is not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unlisted {
    /// Deny.
    Deny,
}

/// The rule for a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PermissionRule {
    /// Allowed: `"*"`.
    Allow,
    /// Denied, whatever other roles grant: `"deny"`.
    Deny,
    /// Allowed if one of these conditions is true: `"own"` or `["own","same_team"]`, sorted.
    When(Vec<String>),
}

impl Serialize for PermissionRule {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Allow => writer.serialize_str("*"),
            Self::Deny => writer.serialize_str("deny"),
            Self::When(names) => match names.as_slice() {
                [only] => writer.serialize_str(only),
                several => several.serialize(writer),
            },
        }
    }
}

impl<'de> Deserialize<'de> for PermissionRule {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        Ok(match MatrixCell::deserialize(reader)? {
            MatrixCell::One(word) if word == "*" => Self::Allow,
            MatrixCell::One(word) if word == "deny" => Self::Deny,
            MatrixCell::One(name) => Self::When(vec![name]),
            MatrixCell::Several(names) => Self::When(names),
        })
    }
}

/// A route rule; the names are those of [`super::document::RouteRule`], shortened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The methods, or `*`.
    pub m: Vec<String>,
    /// The path.
    pub p: String,
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
    /// The module asks Usher whether the token is still valid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
}

impl Table {
    /// Parses a table, as a module does.
    ///
    /// # Errors
    /// If it is not a table, or has another version.
    pub fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let table: Self = serde_json::from_slice(bytes)?;
        let known = |name: &String| table.conditions.contains_key(name);
        let whole = table.roles.values().flat_map(BTreeMap::values).all(|rule| match rule {
            PermissionRule::When(names) => !names.is_empty() && names.iter().all(known),
            PermissionRule::Allow | PermissionRule::Deny => true,
        });
        if whole { Ok(table) } else { Err(serde_json::Error::custom("a rule names a condition that is not there")) }
    }

    /// The number of rules, over all roles.
    pub fn rules(&self) -> usize {
        self.roles.values().map(BTreeMap::len).sum()
    }
}

fn version<'de, D: Deserializer<'de>>(reader: D) -> Result<u8, D::Error> {
    let found = u8::deserialize(reader)?;
    if found == VERSION { Ok(found) } else { Err(D::Error::custom("a table of another version")) }
}

fn write_conditions<S: Serializer>(conditions: &BTreeMap<String, Condition>, writer: S) -> Result<S::Ok, S::Error> {
    writer.collect_map(conditions.iter().map(|(name, condition)| (name, condition.json())))
}

fn read_conditions<'de, D: Deserializer<'de>>(reader: D) -> Result<BTreeMap<String, Condition>, D::Error> {
    let written = BTreeMap::<String, Json>::deserialize(reader)?;
    let read = written.into_iter().map(|(name, json)| match Condition::parse(&json) {
        Ok(condition) => Ok((name, condition)),
        Err(_) => Err(D::Error::custom(format!("condition `{name}` does not read"))),
    });
    read.collect()
}
