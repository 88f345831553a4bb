//! The matrix: what each role may do, and whether it says so itself.

use crate::views::{CellView, MatrixGroup, MatrixRow, MatrixView, RoleColumn};
use usher_domain::urls::{self, RulesUrls};
use usher_policy::PolicyDocument;
use usher_policy::compile::effective_rules;
use usher_policy::document::MatrixCell;
use usher_policy::table::{PermissionRule, RoleRules};

/// The most roles on one page.
const ROLES: usize = 12;
/// The most entity types on one page.
const ENTITIES: usize = 25;

/// The first role and the first entity type of a part of the matrix.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct MatrixPart {
    pub role: usize,
    pub entity: usize,
}

/// A part of the matrix. Rows of wildcards are left out if nobody may change them and no role has one.
pub(super) fn view(
    document: &PolicyDocument,
    urls: &RulesUrls,
    here: &str,
    part: MatrixPart,
    edits: bool,
) -> MatrixView {
    let roles: Vec<_> = document.roles.iter().skip(part.role).take(ROLES).collect();
    let rules: Vec<RoleRules> = roles.iter().map(|(name, _)| effective_rules(document, name)).collect();
    let effective = |permission: &str| -> MatrixRow {
        let cell = |((name, role), rules): (&(&String, &_), &RoleRules)| {
            let role: &usher_policy::document::PolicyRole = role;
            let own = role.grants.contains_key(permission);
            cell_of(urls, name, permission, rules.get(permission), !own)
        };
        MatrixRow { permission: permission.to_owned(), cells: roles.iter().zip(&rules).map(cell).collect() }
    };
    let wildcard = |key: &str| -> Option<MatrixRow> {
        let is_granted = document.roles.values().any(|role| role.grants.contains_key(key));
        let cell = |(name, role): &(&String, &usher_policy::document::PolicyRole)| {
            cell_of(urls, name, key, role.grants.get(key).map(rule).as_ref(), false)
        };
        (edits || is_granted).then(|| MatrixRow { permission: key.to_owned(), cells: roles.iter().map(cell).collect() })
    };
    let mut groups: Vec<MatrixGroup> = Vec::new();
    if let Some(row) = wildcard("*").filter(|_| part.entity == 0 && !document.entities.is_empty()) {
        groups.push(MatrixGroup { rows: vec![row], ..MatrixGroup::default() });
    }
    for (entity, declared) in document.entities.iter().skip(part.entity).take(ENTITIES) {
        let actions = declared.actions.keys().map(|action| effective(&format!("{entity}:{action}")));
        groups.push(MatrixGroup {
            entity: entity.clone(),
            url: urls::with(&urls.entity(), "name", entity),
            rows: wildcard(&format!("{entity}:*")).into_iter().chain(actions).collect(),
        });
    }
    let at = |role: usize, entity: usize| {
        Some(urls::with(&urls::with(here, "role", &role.to_string()), "entity", &entity.to_string()))
    };
    let (next_role, next_entity) = (part.role + ROLES, part.entity + ENTITIES);
    MatrixView {
        roles: roles.iter().map(|(name, role)| column(urls, name, role.title.clone())).collect(),
        groups,
        fewer_roles_url: at(part.role.saturating_sub(ROLES), part.entity).filter(|_| part.role > 0),
        more_roles_url: at(next_role, part.entity).filter(|_| next_role < document.roles.len()),
        fewer_entities_url: at(part.role, part.entity.saturating_sub(ENTITIES)).filter(|_| part.entity > 0),
        more_entities_url: at(part.role, next_entity).filter(|_| next_entity < document.entities.len()),
    }
}

fn column(urls: &RulesUrls, name: &str, title: Option<String>) -> RoleColumn {
    RoleColumn { name: name.to_owned(), title, url: urls::with(&urls.role(), "name", name) }
}

fn rule(cell: &MatrixCell) -> PermissionRule {
    match cell {
        _ if cell.is_allow() => PermissionRule::Allow,
        _ if cell.is_deny() => PermissionRule::Deny,
        _ => PermissionRule::When(cell.words().to_vec()),
    }
}

fn cell_of(urls: &RulesUrls, role: &str, permission: &str, rule: Option<&PermissionRule>, inherited: bool) -> CellView {
    let (kind, conditions) = match rule {
        None => ("", Vec::new()),
        Some(PermissionRule::Allow) => ("allow", Vec::new()),
        Some(PermissionRule::Deny) => ("deny", Vec::new()),
        Some(PermissionRule::When(names)) => ("when", names.clone()),
    };
    let url = urls::with(&urls::with(&urls.cell(), "role", role), "permission", permission);
    CellView { role: role.to_owned(), kind, conditions, inherited: inherited && rule.is_some(), url }
}
