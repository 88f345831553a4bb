//! The table: access rules as modules are sent them, flat, with nothing left to work out.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::condition::Condition;
use super::document::{ActionKind, Cell};

/// The version of this format.
pub const VERSION: u8 = 1;

/// The rules of one role: permissions to what becomes of them.
pub type Rules = BTreeMap<String, Rule>;

/// A compiled policy. Its JSON is the same for the same document, project, revision and time, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The version of the format: readers refuse another one.
    #[serde(deserialize_with = "version")]
    pub v: u8,
    /// Whose policy it is.
    pub project: String,
    /// Which one: a reader never goes back to a lower one.
    pub revision: u64,
    /// When it was published, in seconds since the epoch.
    pub iat: i64,
    /// What happens to whatever is not listed: always `deny`.
    pub default: Unlisted,
    /// Every permission there is.
    pub permissions: BTreeMap<String, ActionKind>,
    /// Every role with all that it grants: inheritance and wildcards are spelt out.
    pub roles: BTreeMap<String, Rules>,
    /// Every condition that a rule names.
    #[serde(serialize_with = "write_conditions", deserialize_with = "read_conditions")]
    pub conditions: BTreeMap<String, Condition>,
    /// Every route rule; which one counts is a matter of how specific it is, not of order.
    pub routes: Vec<Route>,
}

/// What happens to whatever is not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unlisted {
    /// It is denied.
    Deny,
}

/// What becomes of a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// It is allowed: `"*"`.
    Allow,
    /// It is denied, whatever other roles say: `"deny"`.
    Deny,
    /// It is allowed where one of these conditions holds: `"own"` or `["own","same_team"]`, sorted.
    When(Vec<String>),
}

impl Serialize for Rule {
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

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        Ok(match Cell::deserialize(reader)? {
            Cell::One(word) if word == "*" => Self::Allow,
            Cell::One(word) if word == "deny" => Self::Deny,
            Cell::One(name) => Self::When(vec![name]),
            Cell::Several(names) => Self::When(names),
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
    /// …and the module asks Usher whether the token still stands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
}

impl Table {
    /// Reads a table, as a module does.
    ///
    /// # Errors
    /// If it is not one, or of another version.
    pub fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let table: Self = serde_json::from_slice(bytes)?;
        let known = |name: &String| table.conditions.contains_key(name);
        let whole = table.roles.values().flat_map(BTreeMap::values).all(|rule| match rule {
            Rule::When(names) => !names.is_empty() && names.iter().all(known),
            Rule::Allow | Rule::Deny => true,
        });
        if whole { Ok(table) } else { Err(serde_json::Error::custom("a rule names a condition that is not there")) }
    }

    /// How many rules it has, all roles together.
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
