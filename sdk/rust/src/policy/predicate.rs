use serde_json::{Value as Json, json};
use usher_policy::condition::Condition;
use usher_policy::leaf::{Leaf, LeafTest, Literal, Operand, Operator};
use usher_policy::value::int_json;

/// What is left of the access rules for a query, over attributes of the resource alone. Only leaves are negated.
///
/// A comparison with an attribute that is missing (NULL) is false, and so is its negation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate {
    /// All of these hold.
    All(Vec<Predicate>),
    /// At least one of these holds.
    Any(Vec<Predicate>),
    /// An attribute compared with a value or another attribute.
    Compare {
        /// `negated` is possible for `In` and `Contains` only.
        op: Operator,
        /// The attribute.
        field: String,
        /// What it is compared with.
        with: Side,
        /// The result is negated.
        negated: bool,
    },
    /// The attribute is there; negated: it is missing.
    Present {
        /// The attribute.
        field: String,
        /// The result is negated.
        negated: bool,
    },
}

/// The right side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// Another attribute of the resource.
    Field(String),
    /// A value.
    Value(Literal),
}

impl Predicate {
    /// From a condition in which every path is one of the resource.
    pub(super) fn of(condition: &Condition) -> Self {
        match condition {
            Condition::All(parts) => Self::All(parts.iter().map(Self::of).collect()),
            Condition::Any(parts) => Self::Any(parts.iter().map(Self::of).collect()),
            Condition::Leaf(leaf) => Self::of_leaf(leaf),
        }
    }

    fn of_leaf(leaf: &Leaf) -> Self {
        let negated = leaf.negated;
        match &leaf.test {
            LeafTest::Present(path) => Self::Present { field: path.name.clone(), negated },
            LeafTest::Compare { op, left: Operand::Path(path), right } => {
                let with = match right {
                    Operand::Path(other) => Side::Field(other.name.clone()),
                    Operand::Literal(literal) => Side::Value(literal.clone()),
                };
                Self::Compare { op: *op, field: path.name.clone(), with, negated }
            }
            LeafTest::Compare { op, left: Operand::Literal(literal), right } => {
                let field = right.path().map(|path| path.name.clone()).unwrap_or_default();
                Self::Compare { op: flipped(*op), field, with: Side::Value(literal.clone()), negated }
            }
        }
    }

    /// As `matches` of `@usher-id/sdk` reads it in a front end.
    pub(super) fn json(&self) -> Json {
        let list = |parts: &[Self]| parts.iter().map(Self::json).collect::<Vec<_>>();
        match self {
            Self::All(parts) => json!({ "all": list(parts) }),
            Self::Any(parts) => json!({ "any": list(parts) }),
            Self::Present { field, negated } => json!({ "present": field, "negated": negated }),
            Self::Compare { op, field, with, negated } => {
                let right = match with {
                    Side::Field(other) => json!({ "field": other }),
                    Side::Value(Literal::Text(text)) => json!({ "value": text }),
                    Side::Value(Literal::Bool(truth)) => json!({ "value": truth }),
                    Side::Value(Literal::Int(number)) => json!({ "value": int_json(*number) }),
                    Side::Value(Literal::Texts(texts)) => json!({ "value": texts }),
                };
                json!({ "op": op.as_str(), "left": { "field": field }, "right": right, "negated": negated })
            }
        }
    }
}

/// The operator for exchanged sides.
const fn flipped(op: Operator) -> Operator {
    match op {
        Operator::Eq => Operator::Eq,
        Operator::Ne => Operator::Ne,
        Operator::In => Operator::Contains,
        Operator::Contains => Operator::In,
        Operator::Gt => Operator::Lt,
        Operator::Gte => Operator::Lte,
        Operator::Lt => Operator::Gt,
        Operator::Lte => Operator::Gte,
    }
}
