//! The leaves of a condition: a comparison of two values, or a test whether a value exists.

use std::fmt;

use serde_json::{Value as Json, json};

use super::limits;
use super::names;
use super::value::{AttributeValue, Type, int_json};

/// The object that a path starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathRoot {
    /// The subject of the request.
    User,
    /// The resource.
    Resource,
    /// The request.
    Context,
    /// The access token.
    Token,
}

impl PathRoot {
    /// The name in the document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Resource => "resource",
            Self::Context => "context",
            Self::Token => "token",
        }
    }
}

/// A path to a value: `resource.owner_id`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// The object.
    pub root: PathRoot,
    /// The attribute.
    pub name: String,
}

impl Path {
    /// Reads a path.
    pub fn parse(text: &str) -> Option<Self> {
        let (root, name) = text.split_once('.')?;
        let roots = [PathRoot::User, PathRoot::Resource, PathRoot::Context, PathRoot::Token];
        let root = roots.into_iter().find(|known| known.as_str() == root)?;
        names::is_attribute(name).then(|| Self { root, name: name.to_owned() })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.root.as_str(), self.name)
    }
}

/// A literal value in a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// A string.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A list of strings.
    Texts(Vec<String>),
}

impl Literal {
    /// Its type.
    pub const fn kind(&self) -> Type {
        match self {
            Self::Text(_) => Type::String,
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Texts(_) => Type::Strings,
        }
    }

    /// As a value to compare.
    pub fn value(&self) -> AttributeValue<'_> {
        match self {
            Self::Text(text) => AttributeValue::Text(text),
            Self::Bool(truth) => AttributeValue::Bool(*truth),
            Self::Int(number) => AttributeValue::Int(*number),
            Self::Texts(texts) => AttributeValue::Texts(texts.iter().map(String::as_str).collect()),
        }
    }
}

/// An operand of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A path.
    Path(Path),
    /// A literal.
    Literal(Literal),
}

impl Operand {
    /// Parses an operand: `"resource.locked"`, `true`, `5`, `{"int":"9007199254740993"}`, `{"lit":"open"}`,
    /// `{"lit":["open","held"]}`.
    ///
    /// # Errors
    /// A sentence that describes the fault.
    pub fn parse(json: &Json) -> Result<Self, String> {
        if let Json::String(text) = json {
            let not_a_path =
                || format!("`{text}` is not a path such as `resource.owner_id`; a text is {{\"lit\":\"…\"}}");
            return Path::parse(text).map(Self::Path).ok_or_else(not_a_path);
        }
        match (json.as_object().and_then(|members| members.get("lit")), json.as_object().map(serde_json::Map::len)) {
            (Some(Json::String(text)), Some(1)) => Self::text(text).map(|text| Self::Literal(Literal::Text(text))),
            (Some(Json::Array(items)), Some(1)) => Self::texts(items),
            _ => match AttributeValue::read(json) {
                Some(AttributeValue::Bool(truth)) => Ok(Self::Literal(Literal::Bool(truth))),
                Some(AttributeValue::Int(number)) => Ok(Self::Literal(Literal::Int(number))),
                _ => Err("an operand is a path, true, false, a whole number, or {\"lit\":…}".to_owned()),
            },
        }
    }

    fn text(text: &str) -> Result<String, String> {
        let fits = text.chars().count() <= limits::TEXT;
        fits.then(|| text.to_owned()).ok_or_else(|| format!("a text has at most {} characters", limits::TEXT))
    }

    fn texts(items: &[Json]) -> Result<Self, String> {
        if items.is_empty() || items.len() > limits::TEXTS {
            return Err(format!("a list has 1 to {} texts", limits::TEXTS));
        }
        let text = |item: &Json| item.as_str().ok_or_else(|| "a list holds texts only".to_owned()).and_then(Self::text);
        items.iter().map(text).collect::<Result<_, _>>().map(|texts| Self::Literal(Literal::Texts(texts)))
    }

    /// The JSON form.
    pub fn json(&self) -> Json {
        match self {
            Self::Path(path) => path.to_string().into(),
            Self::Literal(Literal::Text(text)) => json!({ "lit": text }),
            Self::Literal(Literal::Texts(texts)) => json!({ "lit": texts }),
            Self::Literal(Literal::Bool(truth)) => (*truth).into(),
            Self::Literal(Literal::Int(number)) => int_json(*number),
        }
    }

    /// In one line of text: a path, or the value as JSON.
    pub fn words(&self) -> String {
        match self {
            Self::Path(path) => path.to_string(),
            Self::Literal(Literal::Text(text)) => json!(text).to_string(),
            Self::Literal(Literal::Texts(texts)) => json!(texts).to_string(),
            Self::Literal(Literal::Bool(truth)) => truth.to_string(),
            Self::Literal(Literal::Int(number)) => number.to_string(),
        }
    }

    /// The path, if it is one.
    pub const fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Literal(_) => None,
        }
    }
}

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Eq,
    Ne,
    In,
    Contains,
    Gt,
    Gte,
    Lt,
    Lte,
}

impl Operator {
    /// Every operator.
    pub const ALL: [Self; 8] = [Self::Eq, Self::Ne, Self::In, Self::Contains, Self::Gt, Self::Gte, Self::Lt, Self::Lte];

    /// The name in the document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::In => "in",
            Self::Contains => "contains",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
        }
    }

    /// The sign in one line of text.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::In => "in",
            Self::Contains => "contains",
            Self::Gt => ">",
            Self::Gte => ">=",
            Self::Lt => "<",
            Self::Lte => "<=",
        }
    }

    /// The operator with the opposite result, if there is one.
    pub const fn opposite(self) -> Option<Self> {
        match self {
            Self::Eq => Some(Self::Ne),
            Self::Ne => Some(Self::Eq),
            Self::Gt => Some(Self::Lte),
            Self::Lte => Some(Self::Gt),
            Self::Lt => Some(Self::Gte),
            Self::Gte => Some(Self::Lt),
            Self::In | Self::Contains => None,
        }
    }

    /// Whether values of these types may be compared.
    pub fn takes(self, left: Type, right: Type) -> bool {
        match self {
            Self::Eq | Self::Ne => left == right && left != Type::Strings,
            Self::In => left == Type::String && right == Type::Strings,
            Self::Contains => left == Type::Strings && right == Type::String,
            Self::Gt | Self::Gte | Self::Lt | Self::Lte => left == Type::Int && right == Type::Int,
        }
    }

    /// Compares; `None` if the types do not match.
    pub fn compare(self, left: &AttributeValue<'_>, right: &AttributeValue<'_>) -> Option<bool> {
        if !self.takes(left.kind(), right.kind()) {
            return None;
        }
        Some(match (self, left, right) {
            (Self::Eq, ..) => left == right,
            (Self::Ne, ..) => left != right,
            (Self::In, AttributeValue::Text(text), AttributeValue::Texts(texts))
            | (Self::Contains, AttributeValue::Texts(texts), AttributeValue::Text(text)) => texts.contains(text),
            (Self::Gt, AttributeValue::Int(left), AttributeValue::Int(right)) => left > right,
            (Self::Gte, AttributeValue::Int(left), AttributeValue::Int(right)) => left >= right,
            (Self::Lt, AttributeValue::Int(left), AttributeValue::Int(right)) => left < right,
            (Self::Lte, AttributeValue::Int(left), AttributeValue::Int(right)) => left <= right,
            _ => return None,
        })
    }
}

/// The test of a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeafTest {
    /// A comparison of two values.
    Compare {
        /// The operator.
        op: Operator,
        /// The left operand.
        left: Operand,
        /// The right operand.
        right: Operand,
    },
    /// Whether the value exists.
    Present(Path),
}

/// A leaf, with its place in the condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The test.
    pub test: LeafTest,
    /// Whether the result is negated. In normal form only for `in`, `contains` and `present`.
    pub negated: bool,
    /// Its place, as a JSON pointer from the top of the condition.
    pub pointer: String,
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.test {
            LeafTest::Present(path) => write!(f, "{path} is {}", if self.negated { "missing" } else { "present" }),
            LeafTest::Compare { op, left, right } => {
                let not = if self.negated { "not " } else { "" };
                write!(f, "{not}{} {} {}", left.words(), op.sign(), right.words())
            }
        }
    }
}

impl Leaf {
    /// The JSON form.
    pub fn json(&self) -> Json {
        let bare = match &self.test {
            LeafTest::Present(path) => json!({ "present": path.to_string() }),
            LeafTest::Compare { op, left, right } => json!({ op.as_str(): [left.json(), right.json()] }),
        };
        if self.negated { json!({ "not": bare }) } else { bare }
    }

    /// The paths that it uses.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let (first, second) = match &self.test {
            LeafTest::Present(path) => (Some(path), None),
            LeafTest::Compare { left, right, .. } => (left.path(), right.path()),
        };
        first.into_iter().chain(second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_are_read_as_they_are_written() {
        for good in [
            json!("user.id"),
            json!(true),
            json!(-5),
            json!({"int": "9223372036854775807"}),
            json!({"lit": "opén \u{202e}"}),
            json!({"lit": ["a", "b"]}),
        ] {
            assert_eq!(Operand::parse(&good).unwrap().json(), good);
        }
        let (long, many) = ("x".repeat(257), vec!["x"; 65]);
        for bad in [
            json!("user"),
            json!("user.a.b"),
            json!("app.x"),
            json!("user.__proto__"),
            json!(null),
            json!(1.5),
            json!([]),
            json!({"lit": []}),
            json!({"lit": 5}),
            json!({"lit": ["a", 5]}),
            json!({"lit": "a", "x": 1}),
            json!({"lit": long}),
            json!({"lit": many}),
            json!({}),
        ] {
            assert!(Operand::parse(&bad).is_err(), "{bad}");
        }
    }
}
