//! Changes of one part of a document that keep the rest consistent: what names the part goes with it.

use super::document::{MatrixCell, PolicyDocument};

impl PolicyDocument {
    /// Grants a permission, `Order:*` or `*` to a role, or nothing. `false` if there is no such role.
    pub fn set_grant(&mut self, role: &str, key: &str, cell: Option<MatrixCell>) -> bool {
        let Some(role) = self.roles.get_mut(role) else { return false };
        match cell {
            Some(cell) => drop(role.grants.insert(key.to_owned(), cell)),
            None => drop(role.grants.remove(key)),
        }
        true
    }

    /// Removes a role; no other role inherits from it any more.
    pub fn remove_role(&mut self, name: &str) {
        self.roles.remove(name);
        for role in self.roles.values_mut() {
            role.inherits.retain(|parent| parent != name);
        }
    }

    /// Removes a condition from the document and from every grant. A grant with no other condition is removed: it grants
    /// nothing.
    pub fn remove_condition(&mut self, name: &str) {
        self.conditions.remove(name);
        for role in self.roles.values_mut() {
            role.grants.retain(|_, cell| {
                if let MatrixCell::Several(words) = cell {
                    words.retain(|word| word != name);
                    !words.is_empty()
                } else {
                    cell.is_allow() || cell.is_deny() || cell.words() != [name]
                }
            });
        }
    }

    /// Removes grants of, and routes that need, actions that do not exist.
    pub fn drop_lost_permissions(&mut self) {
        let known: Vec<String> = self.permissions().map(|(permission, _)| permission).collect();
        let entities = &self.entities;
        let exists = |key: &str| match key.split_once(':') {
            None => key == "*",
            Some((entity, "*")) => entities.contains_key(entity),
            Some(_) => known.iter().any(|permission| permission == key),
        };
        for role in self.roles.values_mut() {
            role.grants.retain(|key, _| exists(key));
        }
        self.routes.retain(|route| route.need.as_deref().is_none_or(exists));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shop() -> PolicyDocument {
        PolicyDocument::from_json(json!({
            "entities": {"Order": {"actions": {"read": "item", "list": "collection"}}},
            "conditions": {"own": {"present": "user.id"}, "late": {"present": "user.id"}},
            "roles": {
                "viewer": {"grants": {"Order:read": "own", "Order:list": "allow", "Order:*": ["own", "late"], "*": ["own"]}},
                "editor": {"inherits": ["viewer"]},
            },
            "routes": [{"methods": ["GET"], "path": "/orders", "need": "Order:list"}, {"methods": ["GET"], "path": "/", "public": true}],
        }))
        .unwrap()
    }

    #[test]
    fn what_names_a_removed_part_goes_with_it() {
        let mut document = shop();
        document.remove_condition("own");
        assert_eq!(
            serde_json::to_value(&document.roles["viewer"].grants).unwrap(),
            json!({"Order:list": "allow", "Order:*": ["late"]})
        );
        document.remove_role("viewer");
        assert_eq!(document.roles["editor"].inherits, Vec::<String>::new());
    }

    #[test]
    fn grants_and_routes_of_lost_actions_are_removed() {
        let mut document = shop();
        document.entities.get_mut("Order").unwrap().actions.remove("list");
        document.drop_lost_permissions();
        assert_eq!(document.roles["viewer"].grants.keys().collect::<Vec<_>>(), ["*", "Order:*", "Order:read"]);
        assert_eq!(document.routes.len(), 1);
        document.entities.clear();
        document.drop_lost_permissions();
        assert_eq!(document.roles["viewer"].grants.keys().collect::<Vec<_>>(), ["*"]);
    }

    #[test]
    fn a_grant_is_set_and_taken_away() {
        let mut document = shop();
        assert!(document.set_grant("editor", "Order:read", Some(MatrixCell::One("deny".into()))));
        assert!(document.roles["editor"].grants["Order:read"].is_deny());
        assert!(document.set_grant("editor", "Order:read", None));
        assert!(document.roles["editor"].grants.is_empty());
        assert!(!document.set_grant("nobody", "Order:read", None));
    }
}
