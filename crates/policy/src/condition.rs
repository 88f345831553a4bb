//! Conditions: a closed set of operators over paths and literals, and their normal form.

use std::fmt;

use serde_json::{Value as Json, json};

use super::fault::DocumentFault;
use super::leaf::{Leaf, LeafTest, Operand, Operator, Path, PathRoot};
use super::limits;

/// A condition in negation normal form: `not` occurs only before leaves.
///
/// A leaf with a missing value is false, and so is its negation. This is well defined only if every `not` is pushed
/// down to the leaves, which parsing does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// All of these are true.
    All(Vec<Condition>),
    /// At least one of these is true.
    Any(Vec<Condition>),
    /// One comparison.
    Leaf(Leaf),
}

impl Condition {
    /// Parses a condition. Faults have pointers from the top of the condition.
    ///
    /// # Errors
    /// All faults.
    pub fn parse(json: &Json) -> Result<Self, Vec<DocumentFault>> {
        let mut reader = ConditionParser { nodes: 0, faults: Vec::new() };
        let read = reader.node(json, "", 1, false);
        if reader.nodes > limits::NODES {
            reader
                .faults
                .push(DocumentFault::error("", format!("a condition has at most {} operators", limits::NODES)));
        }
        read.filter(|_| reader.faults.is_empty()).ok_or(reader.faults)
    }

    /// The JSON form used in a table.
    pub fn json(&self) -> Json {
        let list = |parts: &[Self]| parts.iter().map(Self::json).collect::<Vec<_>>();
        match self {
            Self::All(parts) => json!({ "all": list(parts) }),
            Self::Any(parts) => json!({ "any": list(parts) }),
            Self::Leaf(leaf) => leaf.json(),
        }
    }

    /// Its leaves, in order.
    pub fn leaves(&self) -> Vec<&Leaf> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::leaves).collect(),
            Self::Leaf(leaf) => vec![leaf],
        }
    }

    /// Whether it uses the resource.
    pub fn needs_resource(&self) -> bool {
        self.leaves().into_iter().flat_map(Leaf::paths).any(|path| path.root == PathRoot::Resource)
    }
}

impl fmt::Display for Condition {
    /// In one line: `resource.owner_id = user.id and (user.age > 17 or context.guest = true)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, joint) = match self {
            Self::Leaf(leaf) => return leaf.fmt(f),
            Self::All(parts) => (parts, " and "),
            Self::Any(parts) => (parts, " or "),
        };
        for (i, part) in parts.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { joint })?;
            match part {
                Self::Leaf(leaf) => leaf.fmt(f)?,
                group => write!(f, "({group})")?,
            }
        }
        Ok(())
    }
}

struct ConditionParser {
    nodes: usize,
    faults: Vec<DocumentFault>,
}

impl ConditionParser {
    fn fault(&mut self, pointer: &str, message: impl Into<String>) {
        self.faults.push(DocumentFault::error(pointer, message));
    }

    fn node(&mut self, json: &Json, pointer: &str, depth: usize, negated: bool) -> Option<Condition> {
        self.nodes += 1;
        if depth > limits::DEPTH {
            self.fault(pointer, format!("operators stand at most {} deep", limits::DEPTH));
            return None;
        }
        let Some((name, inner)) = only_member(json) else {
            self.fault(pointer, "a condition is an object with one operator");
            return None;
        };
        let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        match name {
            "not" => self.node(inner, &pointer, depth + 1, !negated),
            "all" | "any" => self.list(inner, &pointer, depth, negated).map(|parts| {
                // De Morgan: a negated `all` is an `any` of negations.
                if (name == "all") == negated { Condition::Any(parts) } else { Condition::All(parts) }
            }),
            "present" => self.present(inner, pointer, negated),
            _ => {
                if let Some(op) = Operator::ALL.into_iter().find(|op| op.as_str() == name) {
                    return self.compare(op, inner, pointer, negated);
                }
                let known = "eq, ne, in, contains, gt, gte, lt, lte, all, any, not, present";
                self.fault(&pointer, format!("there is no operator `{name}`: only {known}"));
                None
            }
        }
    }

    fn list(&mut self, json: &Json, pointer: &str, depth: usize, negated: bool) -> Option<Vec<Condition>> {
        let parts = json.as_array().filter(|parts| !parts.is_empty() && parts.len() <= limits::NODES);
        let Some(parts) = parts else {
            self.fault(pointer, format!("a list of 1 to {} conditions is expected", limits::NODES));
            return None;
        };
        let read: Vec<_> = parts
            .iter()
            .enumerate()
            .map(|(i, part)| self.node(part, &format!("{pointer}/{i}"), depth + 1, negated))
            .collect();
        read.into_iter().collect()
    }

    fn present(&mut self, json: &Json, pointer: String, negated: bool) -> Option<Condition> {
        let Some(path) = json.as_str().and_then(Path::parse) else {
            self.fault(&pointer, "a path such as `resource.owner_id` is expected");
            return None;
        };
        Some(Condition::Leaf(Leaf { test: LeafTest::Present(path), negated, pointer }))
    }

    fn compare(&mut self, op: Operator, json: &Json, pointer: String, negated: bool) -> Option<Condition> {
        let Some([left, right]) = json.as_array().map(Vec::as_slice) else {
            self.fault(&pointer, "two operands are expected");
            return None;
        };
        let sides = [left, right].map(Operand::parse);
        for (i, side) in sides.iter().enumerate() {
            if let Err(message) = side {
                self.fault(&format!("{pointer}/{i}"), message.clone());
            }
        }
        let [Ok(left), Ok(right)] = sides else { return None };
        if left.path().is_none() && right.path().is_none() {
            self.fault(&pointer, "one of the two operands has to be a path");
            return None;
        }
        if left == right {
            self.fault(&pointer, "a value compared with itself says nothing");
            return None;
        }
        let (op, negated) = match op.opposite() {
            Some(opposite) if negated => (opposite, false),
            _ => (op, negated),
        };
        Some(Condition::Leaf(Leaf { test: LeafTest::Compare { op, left, right }, negated, pointer }))
    }
}

fn only_member(json: &Json) -> Option<(&str, &Json)> {
    let members = json.as_object()?;
    let (name, inner) = members.iter().next()?;
    (members.len() == 1).then_some((name, inner))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_condition_is_written_in_one_line() {
        let json = json!({"any": [
            {"all": [{"eq": ["resource.owner_id", "user.id"]}, {"lte": ["resource.total", 200]}]},
            {"not": {"in": [{"lit": "late"}, "resource.tags"]}},
            {"not": {"present": "context.hour"}},
        ]});
        let line = "(resource.owner_id = user.id and resource.total <= 200) or not \"late\" in resource.tags or context.hour is missing";
        assert_eq!(Condition::parse(&json).unwrap().to_string(), line);
    }

    use super::*;

    fn pointers(json: &Json) -> Vec<String> {
        Condition::parse(json).unwrap_err().into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn not_is_pushed_down_to_the_leaves() {
        let written = json!({"not": {"all": [
            {"eq": ["user.a", true]}, {"not": {"any": [{"gt": ["user.b", 5]}, {"present": "user.c"}]}}, {"in": ["user.d", "user.e"]},
        ]}});
        let normal = json!({"any": [
            {"ne": ["user.a", true]}, {"any": [{"gt": ["user.b", 5]}, {"present": "user.c"}]}, {"not": {"in": ["user.d", "user.e"]}},
        ]});
        let read = Condition::parse(&written).unwrap();
        assert_eq!(read.json(), normal);
        assert_eq!(Condition::parse(&normal).unwrap().json(), normal, "the normal form reads as itself");
        assert_eq!(read.leaves()[1].pointer, "/not/all/1/not/any/0/gt");
    }

    #[test]
    fn what_is_wrong_is_said_where_it_is() {
        assert_eq!(
            pointers(&json!({"all": [{"eq": ["user.a", "open"]}, {"equals": []}]})),
            ["/all/0/eq/1", "/all/1/equals"]
        );
        for (bad, at) in [
            (json!(true), ""),
            (json!({}), ""),
            (json!({"eq": ["user.a", 1], "ne": ["user.a", 1]}), ""),
            (json!({"all": []}), "/all"),
            (json!({"eq": ["user.a"]}), "/eq"),
            (json!({"eq": [1, 1]}), "/eq"),
            (json!({"eq": ["user.a", "user.a"]}), "/eq"),
            (json!({"present": 5}), "/present"),
            (json!({"a/b": 5}), "/a~1b"),
        ] {
            assert_eq!(pointers(&bad), [at], "{bad}");
        }
    }

    #[test]
    fn conditions_are_bounded_in_depth_and_in_number() {
        let leaf = || json!({"present": "user.a"});
        let nested = |levels| (0..levels).fold(leaf(), |inner, _| json!({ "not": inner }));
        assert!(Condition::parse(&nested(7)).is_ok());
        assert!(Condition::parse(&nested(8)).is_err());
        assert!(Condition::parse(&nested(500)).is_err());
        let wide = |count| json!({ "any": (0..count).map(|_| leaf()).collect::<Vec<_>>() });
        assert!(Condition::parse(&wide(63)).is_ok());
        assert!(Condition::parse(&wide(64)).is_err());
    }
}
