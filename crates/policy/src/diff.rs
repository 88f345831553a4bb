//! The effects of publishing: above all, what each role gains and loses.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value as Json;

use super::table::{PermissionRule, RoleRules, Route, Table};

/// Added, removed and changed items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ItemDiff<T> {
    /// Added items.
    pub added: Vec<T>,
    /// Removed items.
    pub removed: Vec<T>,
    /// Changed items.
    pub changed: Vec<BeforeAfter<T>>,
}

/// A changed item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BeforeAfter<T> {
    /// The old value.
    pub before: T,
    /// The new value.
    pub after: T,
}

/// The grant of a permission to a role, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PermissionChange {
    /// The permission.
    pub permission: String,
    /// The old grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<PermissionRule>,
    /// The new grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<PermissionRule>,
}

/// What a role gains and loses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RoleChange {
    /// `added`, `removed` or `changed`.
    pub change: &'static str,
    /// Permissions that it gains.
    pub gains: Vec<PermissionChange>,
    /// Permissions that it loses.
    pub loses: Vec<PermissionChange>,
    /// Permissions with other conditions.
    pub shifts: Vec<PermissionChange>,
}

/// A condition with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedCondition {
    /// Its name.
    pub name: String,
    /// The condition in normal form.
    pub condition: Json,
}

/// Everything that differs between two tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyDocumentDiff {
    /// Added and removed permissions.
    pub permissions: ItemDiff<String>,
    /// Roles, by name.
    pub roles: BTreeMap<String, RoleChange>,
    /// Conditions.
    pub conditions: ItemDiff<NamedCondition>,
    /// Route rules.
    pub routes: ItemDiff<Route>,
}

impl PolicyDocumentDiff {
    /// Whether there is no difference.
    pub fn is_empty(&self) -> bool {
        fn none<T>(changed: &ItemDiff<T>) -> bool {
            changed.added.is_empty() && changed.removed.is_empty() && changed.changed.is_empty()
        }
        none(&self.permissions) && self.roles.is_empty() && none(&self.conditions) && none(&self.routes)
    }
}

/// The difference between two tables; `before` is `None` if none was published.
pub fn diff(before: Option<&Table>, after: &Table) -> PolicyDocumentDiff {
    let nothing = Table {
        permissions: BTreeMap::new(),
        roles: BTreeMap::new(),
        conditions: BTreeMap::new(),
        routes: Vec::new(),
        ..after.clone()
    };
    let before = before.unwrap_or(&nothing);
    let permissions = |table: &Table| table.permissions.keys().map(|name| (name.clone(), name.clone())).collect();
    let conditions = |table: &Table| {
        let named = |(name, condition): (&String, &super::condition::Condition)| {
            (name.clone(), NamedCondition { name: name.clone(), condition: condition.json() })
        };
        table.conditions.iter().map(named).collect()
    };
    let routes =
        |table: &Table| table.routes.iter().map(|rule| ((rule.p.clone(), rule.m.join(",")), rule.clone())).collect();
    PolicyDocumentDiff {
        permissions: changed(permissions(before), &permissions(after)),
        roles: roles(before, after),
        conditions: changed(conditions(before), &conditions(after)),
        routes: changed(routes(before), &routes(after)),
    }
}

fn changed<K: Ord, T: Clone + PartialEq>(before: BTreeMap<K, T>, after: &BTreeMap<K, T>) -> ItemDiff<T> {
    let added = after.iter().filter(|(key, _)| !before.contains_key(key)).map(|(_, item)| item.clone()).collect();
    let mut found = ItemDiff { added, removed: Vec::new(), changed: Vec::new() };
    for (key, before) in before {
        match after.get(&key) {
            None => found.removed.push(before),
            Some(after) if *after != before => found.changed.push(BeforeAfter { before, after: after.clone() }),
            Some(_) => {}
        }
    }
    found
}

fn roles(before: &Table, after: &Table) -> BTreeMap<String, RoleChange> {
    let names: BTreeSet<&String> = before.roles.keys().chain(after.roles.keys()).collect();
    let nothing = RoleRules::new();
    let mut changes = BTreeMap::new();
    for name in names {
        let (old, new) = (before.roles.get(name), after.roles.get(name));
        let mut change = role(old.unwrap_or(&nothing), new.unwrap_or(&nothing));
        change.change = match (old, new) {
            (None, _) => "added",
            (_, None) => "removed",
            (Some(old), Some(new)) if old == new => continue,
            _ => "changed",
        };
        changes.insert(name.clone(), change);
    }
    changes
}

fn role(before: &RoleRules, after: &RoleRules) -> RoleChange {
    let permissions: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut change = RoleChange::default();
    for permission in permissions {
        let (old, new) = (before.get(permission), after.get(permission));
        if old == new {
            continue;
        }
        let list = match rank(old).cmp(&rank(new)) {
            std::cmp::Ordering::Less => &mut change.gains,
            std::cmp::Ordering::Greater => &mut change.loses,
            std::cmp::Ordering::Equal => &mut change.shifts,
        };
        list.push(PermissionChange { permission: permission.clone(), before: old.cloned(), after: new.cloned() });
    }
    change
}

const fn rank(rule: Option<&PermissionRule>) -> u8 {
    match rule {
        Some(PermissionRule::Deny) => 0,
        None => 1,
        Some(PermissionRule::When(_)) => 2,
        Some(PermissionRule::Allow) => 3,
    }
}
