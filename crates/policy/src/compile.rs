//! Compiles the document to the table: inheritance, wildcards and routes are expanded.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::Condition;
use super::document::{ActionKind, MatrixCell, PolicyDocument, RouteRule};
use super::fault::DocumentFault;
use super::limits;
use super::table::{PermissionRule, RoleRules, Route, Table, Unlisted, VERSION};

/// The identification of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableId {
    /// The project.
    pub project: String,
    /// The revision.
    pub revision: u64,
    /// When it was published, in seconds since the epoch.
    pub iat: i64,
}

/// Compiles a checked document.
///
/// # Errors
/// If the table would be too large, or a condition does not parse, which the checks report with details.
pub fn compile(document: &PolicyDocument, edition: TableId) -> Result<Table, Vec<DocumentFault>> {
    let permissions: BTreeMap<String, ActionKind> = document.permissions().collect();
    let mut roles = BTreeMap::new();
    let mut count = 0;
    for name in document.roles.keys() {
        let rules = rules_of(document, name, &permissions);
        count += rules.len();
        if count > limits::RULES {
            let why = format!("spelt out, the roles have more than {} rules", limits::RULES);
            return Err(vec![DocumentFault::error("/roles", why)]);
        }
        roles.insert(name.clone(), rules);
    }
    let conditions = used_conditions(document, &roles)?;
    let routes = document.routes.iter().map(route).collect();
    let TableId { project, revision, iat } = edition;
    let default = Unlisted::Deny;
    Ok(Table { v: VERSION, project, revision, iat, default, permissions, roles, conditions, routes })
}

/// A role, followed by all roles that it inherits from.
pub fn lineage<'a>(document: &'a PolicyDocument, role: &'a str) -> Vec<&'a str> {
    let mut line = vec![role];
    let mut next = 0;
    while let Some(name) = line.get(next).copied() {
        next += 1;
        for parent in document.roles.get(name).into_iter().flat_map(|role| &role.inherits) {
            if !line.contains(&parent.as_str()) {
                line.push(parent);
            }
        }
    }
    line
}

/// Whether this key of a grant (`Order:update`, `Order:*`, `*`) matches the permission.
pub fn reaches(key: &str, permission: &str) -> bool {
    key == "*" || key == permission || key.strip_suffix('*').is_some_and(|entity| permission.starts_with(entity))
}

/// What a role may do, with inheritance and wildcards expanded. The document may have faults.
pub fn effective_rules(document: &PolicyDocument, role: &str) -> RoleRules {
    rules_of(document, role, &document.permissions().collect())
}

fn rules_of(document: &PolicyDocument, role: &str, permissions: &BTreeMap<String, ActionKind>) -> RoleRules {
    let mut rules = RoleRules::new();
    for ancestor in lineage(document, role) {
        let grants = document.roles.get(ancestor).into_iter().flat_map(|role| &role.grants);
        for (key, cell) in grants {
            let reached = permissions.keys().filter(|permission| reaches(key, permission));
            for permission in reached {
                add(&mut rules, permission, cell);
            }
        }
    }
    rules
}

/// Adds a grant: a denial overrides everything, an unconditional allow overrides conditions.
fn add(rules: &mut RoleRules, permission: &str, cell: &MatrixCell) {
    let rule = rules.entry(permission.to_owned()).or_insert_with(|| PermissionRule::When(Vec::new()));
    match rule {
        _ if cell.is_deny() => *rule = PermissionRule::Deny,
        PermissionRule::Deny => {}
        _ if cell.is_allow() => *rule = PermissionRule::Allow,
        PermissionRule::Allow => {}
        PermissionRule::When(names) => {
            names.extend(cell.words().iter().cloned());
            names.sort_unstable();
            names.dedup();
        }
    }
}

fn used_conditions(
    document: &PolicyDocument,
    roles: &BTreeMap<String, RoleRules>,
) -> Result<BTreeMap<String, Condition>, Vec<DocumentFault>> {
    let rules = roles.values().flat_map(BTreeMap::values);
    let names: BTreeSet<&String> = rules
        .filter_map(|rule| if let PermissionRule::When(names) = rule { Some(names) } else { None })
        .flatten()
        .collect();
    let mut read = BTreeMap::new();
    for name in names {
        let missing = || vec![DocumentFault::error("/conditions", format!("there is no condition `{name}`"))];
        let json = document.conditions.get(name).ok_or_else(missing)?;
        read.insert(name.clone(), Condition::parse(json)?);
    }
    Ok(read)
}

fn route(rule: &RouteRule) -> Route {
    Route {
        m: rule.methods.clone(),
        p: rule.path.clone(),
        need: rule.need.clone(),
        public: rule.public,
        auth: rule.auth,
        acr: rule.acr.clone(),
        max_age: rule.max_age,
        scopes: rule.scopes.clone(),
        fresh: rule.fresh,
    }
}
