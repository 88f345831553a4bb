//! The access rules of the project: decisions, and filters for queries. The evaluator is that of Usher itself, the crate
//! `usher-policy`.

mod attributes;
mod filter;
mod predicate;
pub(crate) mod route_check;
mod rules;
mod sql;

pub(crate) use attributes::attributes_of;
pub use filter::Filter;
pub use predicate::{Predicate, Side};
pub(crate) use rules::{Rules, RulesFault};
pub use sql::{Argument, Placeholder, Sql, SqlFault, Where, array_contains};
pub use usher_policy::evaluate::{EvaluatedRule, PolicyDecision, Truth, Verdict};
pub use usher_policy::leaf::{Literal, Operator};
pub use usher_policy::value::Attributes;
