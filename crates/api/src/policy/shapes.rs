//! `OpenAPI` schemas of the responses about access rules. The types that are sent belong to the crate `policy`, which
//! does not depend on the web; `tests/schema` compares them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A document of access rules: see docs/access-rules.md.
pub fn document() -> Value {
    json!({
        "entities": {"Order": {"attributes": {"owner_id": "string"}, "actions": {"list": "collection", "update": "item"}}},
        "conditions": {"own": {"eq": ["resource.owner_id", "user.id"]}},
        "roles": {"editor": {"title": "Editor", "grants": {"Order:list": "allow", "Order:update": "own"}}},
        "routes": [{"methods": ["PUT"], "path": "/orders/:id", "need": "Order:update"}]
    })
}

/// The compiled document.
pub fn table() -> Value {
    json!({
        "v": 1, "project": "01936d2e-3c00-7000-8000-000000000001", "revision": 43, "iat": 1_795_000_000, "default": "deny",
        "permissions": {"Order:list": "collection", "Order:update": "item"},
        "roles": {"editor": {"Order:list": "*", "Order:update": "own"}},
        "conditions": {"own": {"eq": ["resource.owner_id", "user.id"]}},
        "routes": [route()]
    })
}

fn route() -> Value {
    json!({"m": ["PUT"], "p": "/orders/:id", "need": "Order:update"})
}

/// The validation result of a document.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyReview {
    /// Can it be published?
    valid: bool,
    /// Its faults.
    faults: Vec<PolicyFault>,
    /// The rules as Cedar, if they could be rendered.
    cedar: Option<CedarText>,
}

/// A fault of a document.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyFault {
    /// `error`: it cannot be published. `warning`: it can, but is probably a mistake.
    severity: FaultSeverity,
    /// The position in the document, as a JSON pointer (RFC 6901); empty for the whole.
    #[schema(example = "/roles/editor/grants/Order:update")]
    pointer: String,
    /// The fault, in a sentence.
    #[schema(example = "nobody has this role")]
    message: String,
    /// The position in the rendered Cedar text, if Cedar found the fault.
    cedar: Option<CedarSpan>,
}

/// The severity of a fault.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "it describes what `validate` answers")]
pub enum FaultSeverity {
    /// It can be published, but is probably a mistake.
    Warning,
    /// It cannot be published.
    Error,
}

/// A range of bytes in the rendered Cedar text.
#[derive(Debug, Serialize, ToSchema)]
pub struct CedarSpan {
    /// The first byte.
    #[schema(example = 120)]
    start: usize,
    /// The byte after the last one.
    #[schema(example = 164)]
    end: usize,
}

/// The rules as Cedar.
#[derive(Debug, Serialize, ToSchema)]
pub struct CedarText {
    /// The schema.
    #[schema(example = "entity User;")]
    schema: String,
    /// The policies; the spans of faults are byte offsets in it.
    #[schema(example = "permit (principal in Role::\"editor\", action == Action::\"Order:list\", resource);")]
    policies: String,
}

/// What publishing the draft would change: permissions, conditions and routes that are `added`, `removed` and
/// `changed`.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyDiff {
    /// Permissions that are added and removed.
    #[schema(value_type = BTreeMap<String, Value>, example = json!({"added": ["Order:update"], "removed": [], "changed": []}))]
    permissions: Value,
    /// Roles, by name.
    #[schema(example = json!({"editor": {
        "change": "changed", "gains": [{"permission": "Order:update", "after": "own"}], "loses": [], "shifts": []
    }}))]
    roles: BTreeMap<String, RoleDiff>,
    /// Conditions, by name.
    #[schema(value_type = BTreeMap<String, Value>, example = json!({"added": [], "removed": [], "changed": []}))]
    conditions: Value,
    /// Route rules.
    #[schema(value_type = BTreeMap<String, Value>, example = json!({"added": [route()], "removed": [], "changed": []}))]
    routes: Value,
}

/// What a role gains and loses.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleDiff {
    /// `added`, `removed` or `changed`.
    change: String,
    /// Permissions that it gains.
    gains: Vec<RuleShift>,
    /// Permissions that it loses.
    loses: Vec<RuleShift>,
    /// Permissions whose conditions change.
    shifts: Vec<RuleShift>,
}

/// A permission of a role, before and after: `*`, `deny`, or one or several conditions.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleShift {
    /// The permission.
    permission: String,
    /// Before; absent if there was none.
    before: Option<Value>,
    /// After; absent if there is none.
    after: Option<Value>,
}

/// The result of a simulation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Simulation {
    /// The revision of the rules.
    #[schema(example = 43)]
    revision: u64,
    /// The roles of the subject.
    #[schema(example = json!(["editor"]))]
    roles: Vec<String>,
    /// Does the subject exist, and is it enabled?
    active: bool,
    /// Every permission.
    #[schema(example = json!({"Order:list": {
        "verdict": "allow", "reasons": [{"role": "editor", "rule": "allow", "holds": "true"}]
    }}))]
    permissions: BTreeMap<String, SimulatedDecision>,
    /// Every route.
    routes: Vec<SimulatedRule>,
    /// The rule that applies to the simulated request; absent if no rule matches, or if its path is ambiguous.
    matched: Option<SimulatedRule>,
}

/// A decision with its reasons.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimulatedDecision {
    /// `allow`, `deny` or `conditional`.
    verdict: String,
    /// Every evaluated rule.
    reasons: Vec<WeighedRule>,
}

/// A route rule, and the decision for requests that it applies to.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimulatedRule {
    /// The rule, as in the table.
    #[schema(value_type = BTreeMap<String, Value>, example = json!(route()))]
    route: Value,
    /// `allow`, `deny` or `conditional`; `public` and `auth` where the rule needs no permission.
    #[schema(example = "conditional")]
    result: String,
    /// Every evaluated rule; null if the route needs no permission.
    reasons: Option<Vec<WeighedRule>>,
}

/// An evaluated rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct WeighedRule {
    /// The role.
    #[schema(example = "editor")]
    role: String,
    /// `allow`, `deny` or `when`.
    #[schema(example = "when")]
    rule: String,
    /// The condition.
    #[schema(example = "own")]
    condition: Option<String>,
    /// `true`, `false`, or `unknown` if it depends on the resource.
    #[schema(example = "unknown")]
    holds: String,
}

/// A published table, unsigned: see docs/access-rules.md.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!(table()))]
pub struct PolicyTable {
    /// The version of the format.
    v: u8,
    /// The project.
    project: String,
    /// The revision.
    revision: u64,
    /// When it was published, in seconds since the epoch.
    iat: i64,
    /// The decision for unlisted requests: always `deny`.
    default: String,
    /// Every permission: `item` or `collection`.
    permissions: BTreeMap<String, String>,
    /// Every role with everything that it grants.
    #[schema(value_type = Object)]
    roles: Value,
    /// Every condition that a rule uses.
    #[schema(value_type = Object)]
    conditions: Value,
    /// Every route rule.
    #[schema(value_type = Vec<Object>)]
    routes: Value,
}
