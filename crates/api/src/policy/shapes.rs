//! What the verbs of access rules answer, in the words of `/openapi.json`. The types that are sent are those of `policy`,
//! which knows no web; `tests/schema` holds them against these.

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

/// The same, compiled.
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

/// What is to be said of a document.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyReview {
    /// Can it be published?
    valid: bool,
    /// What is wrong with it.
    faults: Vec<PolicyFault>,
    /// The same rules as Cedar, where they could be rendered.
    cedar: Option<CedarText>,
}

/// One thing that is wrong with a document.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyFault {
    /// `error`: it cannot be published. `warning`: it can, and probably is not what was meant.
    severity: FaultSeverity,
    /// Where in the document, as a JSON pointer (RFC 6901); empty for the whole.
    #[schema(example = "/roles/editor/grants/Order:update")]
    pointer: String,
    /// What is wrong, in a sentence.
    #[schema(example = "nobody has this role")]
    message: String,
    /// Where in the rendered Cedar text, if it was Cedar that found it.
    cedar: Option<CedarSpan>,
}

/// How bad a fault is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "it describes what `validate` answers")]
pub enum FaultSeverity {
    /// It can be published, and probably is not what was meant.
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
    /// The byte after the last.
    #[schema(example = 164)]
    end: usize,
}

/// The rules as Cedar.
#[derive(Debug, Serialize, ToSchema)]
pub struct CedarText {
    /// The schema.
    #[schema(example = "entity User;")]
    schema: String,
    /// The policies; the spans of faults count its bytes.
    #[schema(example = "permit (principal in Role::\"editor\", action == Action::\"Order:list\", resource);")]
    policies: String,
}

/// What publishing the draft would change: of permissions, conditions and routes what is `added`, `removed` and `changed`.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyDiff {
    /// Permissions that come and go.
    #[schema(value_type = BTreeMap<String, Value>, example = json!({"added": ["Order:update"], "removed": [], "changed": []}))]
    permissions: Value,
    /// Roles, by name.
    #[schema(example = json!({"editor": {
        "change": "changed", "gains": [{"permission": "Order:update", "after": "own"}], "loses": [], "shifts": []
    }}))]
    roles: BTreeMap<String, RoleDiff>,
    /// Conditions, with their names.
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
    /// What it may do more.
    gains: Vec<RuleShift>,
    /// What it may do less.
    loses: Vec<RuleShift>,
    /// What it may do under other conditions.
    shifts: Vec<RuleShift>,
}

/// What a role may do with a permission, before and after: `*`, `deny`, or one or several conditions.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleShift {
    /// The permission.
    permission: String,
    /// What it was; absent where there was nothing.
    before: Option<Value>,
    /// What it becomes; absent where there is nothing any more.
    after: Option<Value>,
}

/// What somebody would meet.
#[derive(Debug, Serialize, ToSchema)]
pub struct Simulation {
    /// By which rules.
    #[schema(example = 43)]
    revision: u64,
    /// By which roles.
    #[schema(example = json!(["editor"]))]
    roles: Vec<String>,
    /// Are they there, and not disabled?
    active: bool,
    /// Every permission.
    #[schema(example = json!({"Order:list": {
        "verdict": "allow", "reasons": [{"role": "editor", "rule": "allow", "holds": "true"}]
    }}))]
    permissions: BTreeMap<String, SimulatedDecision>,
    /// Every route.
    routes: Vec<SimulatedRule>,
    /// The rule that counts for the request that was tried: none where no rule speaks of it, or its path has more than one
    /// reading.
    matched: Option<SimulatedRule>,
}

/// An answer with its reasons.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimulatedDecision {
    /// `allow`, `deny` or `conditional`.
    verdict: String,
    /// Every rule that was weighed.
    reasons: Vec<WeighedRule>,
}

/// A route rule, and what becomes of a request that it counts for.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimulatedRule {
    /// The rule, as in the table.
    #[schema(value_type = BTreeMap<String, Value>, example = json!(route()))]
    route: Value,
    /// `allow`, `deny` or `conditional`; `public` and `auth` where the rule needs no permission.
    #[schema(example = "conditional")]
    result: String,
    /// Every rule that was weighed; null where the route needs no permission.
    reasons: Option<Vec<WeighedRule>>,
}

/// A rule that was weighed.
#[derive(Debug, Serialize, ToSchema)]
pub struct WeighedRule {
    /// Whose rule.
    #[schema(example = "editor")]
    role: String,
    /// `allow`, `deny` or `when`.
    #[schema(example = "when")]
    rule: String,
    /// Under which condition.
    #[schema(example = "own")]
    condition: Option<String>,
    /// `true`, `false`, or `unknown`: it depends on the resource.
    #[schema(example = "unknown")]
    holds: String,
}

/// A published table, bare: see docs/access-rules.md.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!(table()))]
pub struct PolicyTable {
    /// The version of the format.
    v: u8,
    /// Whose policy it is.
    project: String,
    /// Which one.
    revision: u64,
    /// When it was published, in seconds since the epoch.
    iat: i64,
    /// What happens to whatever is not listed: always `deny`.
    default: String,
    /// Every permission there is: `item` or `collection`.
    permissions: BTreeMap<String, String>,
    /// Every role with all that it grants.
    #[schema(value_type = Object)]
    roles: Value,
    /// Every condition that a rule names.
    #[schema(value_type = Object)]
    conditions: Value,
    /// Every route rule.
    #[schema(value_type = Vec<Object>)]
    routes: Value,
}
