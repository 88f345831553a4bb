//! Access rules as large as they may be.

use serde_json::{Map, Value as Json, json};
use usher_policy::PolicyDocument;

/// 100 roles with 100 grants each, a third of them conditional, and 200 route rules.
pub fn ten_thousand_rules() -> PolicyDocument {
    let actions: Map<String, Json> = (0..10).map(|i| (format!("act{i}"), json!("item"))).collect();
    let entities: Map<String, Json> = (0..10)
        .map(|i| (format!("Entity{i}"), json!({"attributes": {"owner_id": "string"}, "actions": actions})))
        .collect();
    let mut grants = Map::new();
    for i in 0..100 {
        grants.insert(format!("Entity{}:act{}", i / 10, i % 10), json!(if i % 3 == 0 { "own" } else { "allow" }));
    }
    let roles: Map<String, Json> = (0..100).map(|i| (format!("role{i}"), json!({"grants": grants}))).collect();
    let routes: Vec<Json> =
        (0..200).map(|i| json!({"methods": ["GET"], "path": format!("/e{i}/:id"), "need": "Entity1:act1"})).collect();
    let conditions = json!({"own": {"eq": ["resource.owner_id", "user.id"]}});
    let document = json!({"entities": entities, "roles": roles, "routes": routes, "conditions": conditions});
    PolicyDocument::from_json(document).expect("the document is sound")
}
